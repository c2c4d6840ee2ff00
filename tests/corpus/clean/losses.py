"""Losses with targets of the shape that each of them wants."""

import torch
from torch import nn

logits = torch.randn(8, 5, requires_grad=True)
classes = torch.randint(0, 5, (8,))
print(nn.CrossEntropyLoss()(logits, classes), nn.CrossEntropyLoss()(logits, torch.softmax(torch.randn(8, 5), dim=1)))
print(nn.NLLLoss()(logits.log_softmax(dim=1), classes), nn.MultiMarginLoss()(logits, classes))
print(nn.MultiLabelSoftMarginLoss()(logits, torch.randint(0, 2, (8, 5)).float()))

sequence = torch.randn(8, 12, 5)
targets = torch.randint(0, 5, (8, 12))
print(nn.CrossEntropyLoss(ignore_index=0)(sequence.transpose(1, 2), targets))
print(nn.CrossEntropyLoss()(sequence.flatten(0, 1), targets.flatten()))
print(nn.CrossEntropyLoss(weight=torch.ones(5))(torch.randn(2, 5, 9, 9), torch.randint(0, 5, (2, 9, 9))))

value = nn.Linear(5, 1)(logits)
wanted = torch.randn(8)
print(
    nn.MSELoss()(value.squeeze(1), wanted), nn.L1Loss()(value, wanted.unsqueeze(1)), nn.HuberLoss()(value[:, 0], wanted)
)
print(nn.BCEWithLogitsLoss(pos_weight=torch.ones(1))(value, torch.rand(8, 1).round()))
print(nn.GaussianNLLLoss()(value, wanted[:, None], torch.ones(8, 1)), nn.PoissonNLLLoss()(value, wanted[:, None].abs()))
print(nn.KLDivLoss(reduction="batchmean")(logits.log_softmax(1), torch.softmax(torch.randn(8, 5), dim=1)))

a, p, n = (torch.randn(8, 16) for _ in range(3))
print(
    nn.TripletMarginLoss()(a, p, n),
    nn.CosineEmbeddingLoss()(a, p, torch.ones(8)),
    nn.MarginRankingLoss()(wanted, wanted, torch.ones(8)),
)
print(nn.HingeEmbeddingLoss()(wanted, torch.ones(8)), nn.SoftMarginLoss()(wanted, torch.ones(8)))
probabilities = torch.randn(30, 4, 20).log_softmax(2)
labels = torch.randint(1, 20, (4, 10))
print(nn.CTCLoss()(probabilities, labels, torch.full((4,), 30), torch.full((4,), 10)))

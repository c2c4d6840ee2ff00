"""Losses that get what they take, and pairs that are meant."""

import torch
import torch.nn.functional as F
from torch import nn

features, labels, amounts = torch.randn(6, 12), torch.randint(0, 5, (6,)), torch.randn(6)
classes = nn.Linear(12, 5)
column = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 1))

F.cross_entropy(classes(features), labels).backward()
F.cross_entropy(classes(features), F.softmax(torch.randn(6, 5), 1)).backward()  # soft targets
F.nll_loss(F.log_softmax(classes(features), 1), labels).backward()
F.nll_loss(classes(features).softmax(1).clamp(min=1e-9).log(), labels).backward()
F.binary_cross_entropy(torch.sigmoid(column(features)).squeeze(1), (amounts > 0).float()).backward()
F.binary_cross_entropy_with_logits(column(features).squeeze(1), (amounts > 0).float()).backward()
F.kl_div(F.log_softmax(classes(features), 1), F.softmax(torch.randn(6, 5), 1), reduction="batchmean").backward()
attention = nn.Linear(12, 4)(features).softmax(1) @ nn.Linear(12, 4).weight
F.cross_entropy(nn.Linear(12, 5)(attention), labels).backward()
gates = torch.sigmoid(nn.Linear(12, 5)(features)) * classes(features)
F.cross_entropy(gates, labels).backward()
F.mse_loss(torch.sigmoid(column(features)).squeeze(1), amounts).backward()

((column(features).squeeze(1) - amounts) ** 2).mean().backward()
((column(features) - amounts[:, None]) ** 2).mean().backward()
((column(features).flatten() - amounts) ** 2).mean().backward()
distances = amounts[:, None] - amounts
same = labels.unsqueeze(1) == labels
margins = column(features) - column(features).squeeze(1).unsqueeze(0)  # every pair, by its own axes
scores = column(features).view(-1, 1) - amounts
positions = torch.arange(6)[:, None] >= torch.arange(6)

F.nll_loss(F.log_softmax(nn.Conv1d(3, 5, 1)(torch.randn(2, 3, 9)), dim=1), torch.randint(0, 5, (2, 9))).backward()
steps = F.log_softmax(nn.Linear(12, 5)(torch.randn(2, 9, 12)), dim=-1)
F.nll_loss(steps.transpose(1, 2), torch.randint(0, 5, (2, 9))).backward()
F.nll_loss(steps.view(-1, 5), torch.randint(0, 5, (18,))).backward()
best = F.softmax(classes(features), dim=0).argmax(0)  # of each class, the example that is most like it

by_step, labelled = nn.Linear(12, 5), torch.randint(0, 5, (6, 4))
F.cross_entropy(by_step(torch.randn(6, 4, 12)).mT, F.one_hot(labelled, 5).float().mT).backward()
F.cross_entropy(nn.Linear(12, 7)(torch.randn(6, 5, 12)), torch.randint(0, 5, (6, 7))).backward()  # classes by horizon
ragged = nn.utils.rnn.pad_sequence([labelled[0], labelled[1, :2], labelled[2, :3]], True, -100)
F.cross_entropy(by_step(torch.randn(3, 4, 12)).mT, ragged).backward()
embedded = nn.Embedding(5, 12, padding_idx=0)(labelled[:, :-1])
nn.CrossEntropyLoss(ignore_index=0)(by_step(embedded).flatten(0, 1), labelled[:, 1:].flatten()).backward()
F.binary_cross_entropy(column(features).clamp(0, 1).squeeze(1), (amounts > 0).float()).backward()

judge = nn.Linear(12, 5)
wanted = F.softmax(judge(features) / 2, dim=-1)
F.kl_div(F.log_softmax(classes(features), dim=1), wanted, reduction="batchmean").backward()
by_maps = F.kl_div(F.log_softmax(torch.randn(2, 5, 9), -1), torch.randn(2, 5, 9).softmax(1), reduction="sum")
guess = classes(features).argmax(-1, keepdim=True)
hits = (guess == labels.view_as(guess)).sum()
alike = guess == guess.squeeze(1)  # each with each, on purpose
best = classes(features).topk(2).indices.t()
among = best.eq(labels.view(1, -1).expand_as(best)).any(0)

sentences = torch.randint(0, 5, (6, 4))
layer = nn.TransformerEncoderLayer(12, 2, batch_first=True)
read = layer(nn.Embedding(5, 12)(sentences), src_key_padding_mask=sentences.eq(3))
F.cross_entropy(classes(read).flatten(0, 1), sentences.flatten(), ignore_index=3).backward()
F.cross_entropy(classes(read).flatten(0, 1), torch.randint(0, 5, (24,)), ignore_index=0).backward()

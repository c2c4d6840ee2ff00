"""Sentence vectors by the mean over tokens that are no padding, compared by cosine."""

import torch
from torch import nn

torch.manual_seed(21)


class SentenceEncoder(nn.Module):
    def __init__(self, vocab=70, dim=24):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(dim, nhead=4, dim_feedforward=48, dropout=0.0, batch_first=True), num_layers=1
        )

    def forward(self, input_ids, attention_mask):
        x = self.embed(input_ids)
        x = self.encoder(x, src_key_padding_mask=attention_mask == 0)
        mask = attention_mask.unsqueeze(-1).float()
        pooled = (x * mask).sum(dim=1) / mask.sum(dim=1)
        return nn.functional.normalize(pooled, dim=-1)


def batch(rows):
    ids = torch.randint(1, 70, (rows, 10))
    mask = torch.ones(rows, 10, dtype=torch.long)
    mask[0, 6:] = 0
    mask[2, 3:] = 0
    return ids, mask


model = SentenceEncoder()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    left, right = model(*batch(5)), model(*batch(5))
    similarity = (left * right).sum(dim=-1)
    scores = torch.matmul(left, right.transpose(0, 1)) * 20
    loss = nn.functional.cross_entropy(scores, torch.arange(5))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item(), similarity)

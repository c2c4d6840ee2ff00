"""Translation with nn.Transformer: a causal mask for the target, padding masks for both sides."""

import torch
import torch.nn as nn

torch.manual_seed(24)
PAD = 0


class Translator(nn.Module):
    def __init__(self, vocab=45, dim=24):
        super().__init__()
        self.src_embed, self.tgt_embed = nn.Embedding(vocab, dim), nn.Embedding(vocab, dim)
        self.positions = nn.Parameter(torch.randn(20, dim) * 0.02)
        self.transformer = nn.Transformer(dim, 4, 1, 1, 48, dropout=0.0, batch_first=True)
        self.generator = nn.Linear(dim, vocab)

    def forward(self, src, tgt):
        length = tgt.size(1)
        future = torch.triu(torch.ones(length, length, dtype=torch.bool), diagonal=1)
        source = self.src_embed(src) + self.positions[: src.size(1)]
        target = self.tgt_embed(tgt) + self.positions[:length]
        out = self.transformer(
            source,
            target,
            tgt_mask=future,
            src_key_padding_mask=src == PAD,
            tgt_key_padding_mask=tgt == PAD,
            memory_key_padding_mask=src == PAD,
        )
        return self.generator(out)


src, tgt = torch.randint(1, 45, (4, 8)), torch.randint(1, 45, (4, 7))
src[1, 5:] = PAD
tgt[2, 4:] = PAD
model = Translator()
criterion = nn.CrossEntropyLoss(ignore_index=PAD)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    logits = model(src, tgt[:, :-1])
    loss = criterion(logits.reshape(-1, logits.size(-1)), tgt[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())

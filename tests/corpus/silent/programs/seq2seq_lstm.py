"""Translation with an LSTM encoder and an LSTM decoder that attends to the encoder's states (dot products)."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(4)
PAD, VOCAB, HIDDEN = 0, 50, 24


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, 16, padding_idx=PAD)
        self.lstm = nn.LSTM(16, HIDDEN, batch_first=True)

    def forward(self, src):
        return self.lstm(self.embed(src))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, 16, padding_idx=PAD)
        self.lstm = nn.LSTM(16, HIDDEN, batch_first=True)
        self.combine = nn.Linear(2 * HIDDEN, HIDDEN)
        self.out = nn.Linear(HIDDEN, VOCAB)

    def forward(self, tgt, memory, state, mask):
        hidden, _ = self.lstm(self.embed(tgt), state)
        scores = torch.bmm(hidden, memory.transpose(1, 2))
        scores = scores.masked_fill(~mask.unsqueeze(1), float("-inf"))
        weights = F.softmax(scores, dim=2)
        context = torch.bmm(weights, memory)
        joined = torch.tanh(self.combine(torch.cat([hidden, context], dim=-1)))
        return self.out(joined)


class Seq2Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()

    def forward(self, src, tgt):
        memory, state = self.encoder(src)
        return self.decoder(tgt, memory, state, src != PAD)


src = torch.randint(1, VOCAB, (4, 9))
src[1, 6:] = PAD
tgt = torch.randint(1, VOCAB, (4, 7))
model = Seq2Seq()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    logits = model(src, tgt[:, :-1])
    loss = F.cross_entropy(logits.transpose(1, 2), tgt[:, 1:], ignore_index=PAD)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
words = logits.argmax(dim=-1)
print(loss.item(), words.shape)

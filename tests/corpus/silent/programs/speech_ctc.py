"""Letters from spectrograms: convolutions, a recurrent layer, and CTC, which takes time first."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(23)


class Recogniser(nn.Module):
    def __init__(self, mels=20, letters=9):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.rnn = nn.GRU(4 * mels, 24, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(48, letters)

    def forward(self, spectrogram):
        x = F.relu(self.conv(spectrogram.unsqueeze(1)))
        b, c, f, t = x.shape
        x = x.permute(0, 3, 1, 2).reshape(b, t, c * f)
        x, _ = self.rnn(x)
        return F.log_softmax(self.fc(x), dim=-1)


spectrogram = torch.randn(3, 20, 30)
letters = torch.randint(1, 9, (3, 6))
model = Recogniser()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in range(2):
    log_probs = model(spectrogram)
    loss = F.ctc_loss(
        log_probs.transpose(0, 1), letters, torch.full((3,), 30), torch.full((3,), 6), blank=0, zero_infinity=True
    )
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
best = log_probs.argmax(dim=-1)
print(loss.item(), best.shape)

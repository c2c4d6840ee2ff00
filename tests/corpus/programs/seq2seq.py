"""Translation of number sequences with an LSTM encoder, additive attention and teacher forcing."""

import random
import time

import torch
import torch.nn as nn
import torch.optim as optim
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

PAD, SOS, EOS = 0, 1, 2
SRC_VOCAB = 40
TRG_VOCAB = 44
EMB_DIM = 32
ENC_HID_DIM = 48
DEC_HID_DIM = 64
BATCH_SIZE = 16
CLIP = 1.0


class PairDataset(Dataset):
    def __init__(self, count):
        rng = random.Random(7)
        self.pairs = []
        for _ in range(count):
            source = [rng.randrange(3, SRC_VOCAB) for _ in range(rng.randint(4, 12))]
            target = [SOS] + [min(token + 1, TRG_VOCAB - 1) for token in reversed(source)] + [EOS]
            self.pairs.append((source, target))

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        source, target = self.pairs[index]
        return torch.tensor(source), torch.tensor(target)


def collate(batch):
    batch.sort(key=lambda pair: len(pair[0]), reverse=True)
    sources, targets = zip(*batch)
    lengths = torch.tensor([len(source) for source in sources])
    sources = pad_sequence(sources, batch_first=True, padding_value=PAD)
    targets = pad_sequence(targets, batch_first=True, padding_value=PAD)
    return sources, lengths, targets


class Encoder(nn.Module):
    def __init__(self, vocab, emb_dim, enc_hid_dim, dec_hid_dim, dropout=0.1):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb_dim, padding_idx=PAD)
        self.rnn = nn.LSTM(emb_dim, enc_hid_dim, batch_first=True, bidirectional=True)
        self.fc_hidden = nn.Linear(enc_hid_dim * 2, dec_hid_dim)
        self.fc_cell = nn.Linear(enc_hid_dim * 2, dec_hid_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, src, lengths):
        embedded = self.dropout(self.embedding(src))
        packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True)
        packed_outputs, (hidden, cell) = self.rnn(packed)
        outputs, _ = pad_packed_sequence(packed_outputs, batch_first=True)
        hidden = torch.tanh(self.fc_hidden(torch.cat((hidden[-2], hidden[-1]), dim=1)))
        cell = torch.tanh(self.fc_cell(torch.cat((cell[-2], cell[-1]), dim=1)))
        return outputs, hidden, cell


class Attention(nn.Module):
    def __init__(self, enc_hid_dim, dec_hid_dim):
        super().__init__()
        self.attn = nn.Linear(enc_hid_dim * 2 + dec_hid_dim, dec_hid_dim)
        self.v = nn.Linear(dec_hid_dim, 1, bias=False)

    def forward(self, hidden, encoder_outputs, mask):
        src_len = encoder_outputs.shape[1]
        hidden = hidden.unsqueeze(1).repeat(1, src_len, 1)
        energy = torch.tanh(self.attn(torch.cat((hidden, encoder_outputs), dim=2)))
        attention = self.v(energy).squeeze(2)
        attention = attention.masked_fill(mask == 0, -1e10)
        return torch.softmax(attention, dim=1)


class Decoder(nn.Module):
    def __init__(self, vocab, emb_dim, enc_hid_dim, dec_hid_dim, attention, dropout=0.1):
        super().__init__()
        self.output_dim = vocab
        self.attention = attention
        self.embedding = nn.Embedding(vocab, emb_dim)
        self.rnn = nn.LSTMCell(enc_hid_dim * 2 + emb_dim, dec_hid_dim)
        self.fc_out = nn.Linear(enc_hid_dim * 2 + dec_hid_dim + emb_dim, vocab)
        self.dropout = nn.Dropout(dropout)

    def forward(self, token, hidden, cell, encoder_outputs, mask):
        embedded = self.dropout(self.embedding(token))
        a = self.attention(hidden, encoder_outputs, mask).unsqueeze(1)
        weighted = torch.bmm(a, encoder_outputs).squeeze(1)
        hidden, cell = self.rnn(torch.cat((embedded, weighted), dim=1), (hidden, cell))
        prediction = self.fc_out(torch.cat((hidden, weighted, embedded), dim=1))
        return prediction, hidden, cell, a.squeeze(1)


class Seq2Seq(nn.Module):
    def __init__(self, encoder, decoder, device):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.device = device

    def forward(self, src, lengths, trg, teacher_forcing_ratio=0.5):
        batch_size, trg_len = trg.shape
        outputs = torch.zeros(batch_size, trg_len, self.decoder.output_dim, device=self.device)
        encoder_outputs, hidden, cell = self.encoder(src, lengths)
        mask = src != PAD
        token = trg[:, 0]
        for t in range(1, trg_len):
            output, hidden, cell, _ = self.decoder(token, hidden, cell, encoder_outputs, mask)
            outputs[:, t] = output
            teacher_force = random.random() < teacher_forcing_ratio
            token = trg[:, t] if teacher_force else output.argmax(1)
        return outputs


def train(model, loader, optimizer, criterion):
    model.train()
    epoch_loss = 0
    for src, lengths, trg in loader:
        src, trg = src.to(model.device), trg.to(model.device)
        optimizer.zero_grad()
        output = model(src, lengths, trg)
        output = output[:, 1:].reshape(-1, output.shape[-1])
        trg = trg[:, 1:].reshape(-1)
        loss = criterion(output, trg)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        epoch_loss += loss.item()
    return epoch_loss / len(loader)


def translate(model, source, max_len=15):
    model.eval()
    with torch.no_grad():
        src = torch.tensor(source).unsqueeze(0).to(model.device)
        encoder_outputs, hidden, cell = model.encoder(src, torch.tensor([len(source)]))
        mask = src != PAD
        tokens = [SOS]
        for _ in range(max_len):
            token = torch.tensor([tokens[-1]], device=model.device)
            output, hidden, cell, _ = model.decoder(token, hidden, cell, encoder_outputs, mask)
            tokens.append(output.argmax(1).item())
            if tokens[-1] == EOS:
                break
    return tokens


device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
loader = DataLoader(PairDataset(40), batch_size=BATCH_SIZE, shuffle=True, collate_fn=collate)
attn = Attention(ENC_HID_DIM, DEC_HID_DIM)
enc = Encoder(SRC_VOCAB, EMB_DIM, ENC_HID_DIM, DEC_HID_DIM)
dec = Decoder(TRG_VOCAB, EMB_DIM, ENC_HID_DIM, DEC_HID_DIM, attn)
model = Seq2Seq(enc, dec, device).to(device)
optimizer = optim.Adam(model.parameters())
criterion = nn.CrossEntropyLoss(ignore_index=PAD)

for epoch in range(1):
    start = time.time()
    loss = train(model, loader, optimizer, criterion)
    print(f"Epoch {epoch + 1:02} | {time.time() - start:.1f}s | loss {loss:.3f}")
print(translate(model, [5, 9, 12, 30]))

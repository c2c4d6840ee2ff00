"""transformers: hidden states of several layers joined, a head of one's own, frozen layers, another vocabulary."""

import torch
from torch import nn
from transformers import DistilBertConfig, DistilBertModel


class Tagger(nn.Module):
    def __init__(self, config, layers=2, labels=4):
        super().__init__()
        self.layers = layers
        self.encoder = DistilBertModel(config)
        self.lstm = nn.LSTM(layers * config.dim, 20, batch_first=True, bidirectional=True)
        self.out = nn.Linear(40, labels)
        for parameter in self.encoder.embeddings.parameters():
            parameter.requires_grad_(False)

    def forward(self, ids, mask):
        states = self.encoder(ids, attention_mask=mask, output_hidden_states=True).hidden_states
        joined = torch.cat(states[-self.layers :], dim=-1)
        return self.out(self.lstm(joined)[0])


model = Tagger(DistilBertConfig(vocab_size=40, dim=24, n_layers=2, n_heads=3, hidden_dim=36))
model.encoder.resize_token_embeddings(44, mean_resizing=False)
ids = torch.randint(0, 44, (3, 11))
logits = model(ids, torch.ones_like(ids))
loss = nn.functional.cross_entropy(logits.view(-1, 4), torch.randint(0, 4, (3, 11)).view(-1), ignore_index=-100)
loss.backward()
print(logits.shape)

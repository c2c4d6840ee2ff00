"""Losses that are given what they make, and columns that meet rows: each marked line is one."""

import torch
import torch.nn.functional as F
from torch import nn

features, labels, amounts = torch.randn(6, 12), torch.randint(0, 5, (6,)), torch.randn(6)
classes = nn.Linear(12, 5)
column = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 1))

ended = nn.Sequential(classes, nn.Softmax(dim=1))  # warning: loss-input
nn.CrossEntropyLoss()(ended(features), labels).backward()

probabilities = F.softmax(classes(features), dim=-1)  # warning: loss-input
F.cross_entropy(probabilities, labels).backward()

by_step = nn.Linear(12, 5)(torch.randn(6, 4, 12)).softmax(-1)  # warning: loss-input
F.cross_entropy(by_step.view(-1, 5), torch.randint(0, 5, (24,))).backward()

chances = torch.sigmoid(column(features)).squeeze(1)  # warning: loss-input
F.binary_cross_entropy_with_logits(chances, (amounts > 0).float()).backward()

F.nll_loss(classes(features), labels).backward()  # warning: loss-input

shares = torch.softmax(classes(features), 1)  # warning: loss-input
F.nll_loss(shares, labels).backward()

((column(features) - amounts) ** 2).mean().backward()  # warning: paired-broadcast
(column(features) - amounts).abs().mean().backward()  # warning: paired-broadcast
weighted = (column(features).sigmoid() * amounts).sum()  # warning: paired-broadcast
correct = (column(features).sigmoid().round() == labels).float().mean()  # warning: paired-broadcast
positive = column(features) > amounts  # warning: paired-broadcast
advantage = amounts - column(features)  # warning: paired-broadcast

by_example = F.log_softmax(classes(features), dim=0)  # warning: softmax-axis
F.nll_loss(by_example, labels).backward()

of_three = nn.Softmax()(nn.Linear(12, 5)(torch.randn(6, 4, 12)))  # warning: softmax-axis

over_positions = F.log_softmax(nn.Conv1d(3, 5, 1)(torch.randn(2, 3, 9)), dim=-1)  # warning: softmax-axis
F.nll_loss(over_positions, torch.randint(0, 5, (2, 9))).backward()

chance = column(features).squeeze(1)
F.binary_cross_entropy(chance, (amounts > 0).float()).backward()  # warning: loss-input
between = torch.tanh(column(features)).squeeze(1)  # warning: loss-input
F.binary_cross_entropy(between, (amounts > 0).float()).backward()

by_step, steps = nn.Linear(12, 5), torch.randint(0, 5, (6, 4))
F.cross_entropy(by_step(torch.randn(6, 4, 12)), F.one_hot(steps, 5).float()).backward()  # warning: class-axis
F.cross_entropy(by_step(torch.randn(6, 5, 12)), torch.randint(0, 5, (6, 5))).backward()  # warning: class-axis
ragged = nn.utils.rnn.pad_sequence([steps[0], steps[1, :2], steps[2, :3]], batch_first=True)
F.cross_entropy(by_step(torch.randn(3, 4, 12)).mT, ragged).backward()  # warning: padding-class
by_pad = nn.CrossEntropyLoss(ignore_index=4)  # warning: padding-class
words = nn.Embedding(5, 12, padding_idx=0)(steps[:, :-1])
by_pad(by_step(words).flatten(0, 1), steps[:, 1:].reshape(-1)).backward()

judge = nn.Linear(12, 5)
wanted = F.softmax(judge(features) / 2, dim=0)  # warning: softmax-axis
F.kl_div(F.log_softmax(classes(features), dim=-1), wanted, reduction="batchmean").backward()
guess = classes(features).argmax(-1, keepdim=True)
hits = (guess == labels).sum()  # warning: paired-broadcast

sentences = torch.randint(0, 5, (6, 4))
layer = nn.TransformerEncoderLayer(12, 2, batch_first=True)
read = layer(nn.Embedding(5, 12)(sentences), src_key_padding_mask=sentences.eq(3))
F.cross_entropy(classes(read).flatten(0, 1), sentences.flatten(), ignore_index=0).backward()  # warning: padding-class

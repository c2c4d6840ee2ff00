"""Self attention over one sequence with torch.bmm."""

import torch
from torch import nn

sequence = torch.randn(10, 512)
to_query, to_key, to_value = nn.Linear(512, 512), nn.Linear(512, 512), nn.Linear(512, 512)

query, key, value = to_query(sequence), to_key(sequence), to_value(sequence)
attention = torch.bmm(query, key.t()).softmax(dim=-1)
output = torch.bmm(attention, value)
print(output.shape)

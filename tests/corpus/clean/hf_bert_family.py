"""transformers: encoders for sequences, tokens, spans and masked words."""

import torch
from transformers import BertConfig, BertForMaskedLM, BertForQuestionAnswering, BertForTokenClassification
from transformers import RobertaConfig, RobertaForSequenceClassification

tiny = dict(vocab_size=60, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48)
ids = torch.randint(5, 60, (3, 14))
mask = torch.ones_like(ids)
mask[1, 9:] = 0

tokens = BertForTokenClassification(BertConfig(**tiny, num_labels=5))
print(tokens(ids, attention_mask=mask, labels=torch.randint(0, 5, (3, 14))).loss.shape)
spans = BertForQuestionAnswering(BertConfig(**tiny))
out = spans(
    ids,
    token_type_ids=torch.zeros_like(ids),
    start_positions=torch.tensor([1, 2, 3]),
    end_positions=torch.tensor([4, 5, 6]),
)
print(out.start_logits.shape)
words = BertForMaskedLM(BertConfig(**tiny))
print(words(ids, labels=ids).logits.shape)
sentences = RobertaForSequenceClassification(RobertaConfig(**tiny, num_labels=3, max_position_embeddings=40))
print(sentences(ids, attention_mask=mask, labels=torch.tensor([0, 1, 2])).loss.shape)

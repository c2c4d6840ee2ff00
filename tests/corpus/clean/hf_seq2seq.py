"""transformers: encoder-decoder models with labels shifted by the model."""

import torch
from transformers import BartConfig, BartForConditionalGeneration, T5Config, T5ForConditionalGeneration

source = torch.randint(3, 70, (2, 12))
labels = torch.randint(3, 70, (2, 7))
t5 = T5ForConditionalGeneration(
    T5Config(vocab_size=70, d_model=32, d_kv=8, d_ff=48, num_layers=1, num_heads=4, decoder_start_token_id=0)
)
out = t5(input_ids=source, labels=labels)
print(out.loss.shape, out.logits.shape)
bart = BartForConditionalGeneration(
    BartConfig(
        vocab_size=70,
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=48,
        decoder_ffn_dim=48,
        max_position_embeddings=40,
    )
)
print(bart(input_ids=source, attention_mask=torch.ones_like(source), labels=labels).logits.shape)

"""transformers: causal language models of three families, trained a step and sampled with a cache."""

import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM

ids = torch.randint(3, 80, (2, 10))
gpt2 = GPT2LMHeadModel(GPT2Config(vocab_size=80, n_positions=32, n_embd=24, n_layer=2, n_head=3))
gpt2(ids, labels=ids).loss.backward()
print(gpt2.generate(ids, max_new_tokens=4, do_sample=False, pad_token_id=0).shape)

sizes = dict(vocab_size=80, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4)
llama = LlamaForCausalLM(LlamaConfig(**sizes, num_key_value_heads=2))
print(llama(ids, attention_mask=torch.ones_like(ids)).logits.shape)
mistral = MistralForCausalLM(MistralConfig(**sizes, num_key_value_heads=1, sliding_window=4))
out = mistral(ids, use_cache=True)
print(mistral(ids[:, -1:], past_key_values=out.past_key_values).logits.shape)

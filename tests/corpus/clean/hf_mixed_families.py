"""transformers: electra, albert, xlm-r, opt, bloom, mamba from small configurations."""

import torch
from transformers import AlbertConfig, AlbertModel, BloomConfig, BloomForCausalLM, ElectraConfig, ElectraForPreTraining
from transformers import MambaConfig, MambaForCausalLM, OPTConfig, OPTForCausalLM

ids = torch.randint(3, 60, (2, 9))
sizes = dict(vocab_size=60, hidden_size=32, num_hidden_layers=1, num_attention_heads=4)
albert = AlbertModel(AlbertConfig(**sizes, embedding_size=16, intermediate_size=48))
print(albert(ids).pooler_output.shape)
electra = ElectraForPreTraining(ElectraConfig(**sizes, embedding_size=16, intermediate_size=48))
print(electra(ids, labels=torch.zeros_like(ids)).logits.shape)
opt = OPTForCausalLM(OPTConfig(**sizes, ffn_dim=48, word_embed_proj_dim=32, max_position_embeddings=32))
print(opt(ids).logits.shape)
bloom = BloomForCausalLM(BloomConfig(vocab_size=60, hidden_size=32, n_layer=1, n_head=4))
print(bloom(ids, labels=ids).loss.shape)
mamba = MambaForCausalLM(MambaConfig(vocab_size=60, hidden_size=32, state_size=4, num_hidden_layers=1))
print(mamba(ids).logits.shape)

"""transformers: two towers for images and text, and a speech encoder."""

import torch
from transformers import CLIPConfig, CLIPModel, Wav2Vec2Config, Wav2Vec2ForCTC

part = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=1, num_attention_heads=4)
clip = CLIPModel(
    CLIPConfig(
        text_config={**part, "vocab_size": 50, "max_position_embeddings": 16, "eos_token_id": 2},
        vision_config={**part, "image_size": 32, "patch_size": 16},
        projection_dim=24,
    )
)
ids = torch.randint(3, 50, (4, 9))
ids[:, -1] = 2
out = clip(input_ids=ids, pixel_values=torch.randn(4, 3, 32, 32), return_loss=True)
print(out.logits_per_image.shape, out.loss.shape)

speech = Wav2Vec2ForCTC(
    Wav2Vec2Config(
        vocab_size=20,
        **part,
        conv_dim=(16, 16),
        conv_stride=(4, 4),
        conv_kernel=(8, 4),
        num_feat_extract_layers=2,
        num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=4,
        ctc_loss_reduction="mean",
    )
).eval()
print(speech(torch.randn(2, 1600), labels=torch.randint(1, 20, (2, 6))).loss.shape)

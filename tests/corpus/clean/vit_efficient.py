"""vit-pytorch: a transformer of one's own in the efficient ViT, an extractor of embeddings, a recorder of attention."""

import torch
from vit_modules import vit_module
from x_transformers import Encoder

images = torch.randn(2, 3, 32, 32)
efficient = vit_module("efficient").ViT(
    dim=32, image_size=32, patch_size=8, num_classes=4, transformer=Encoder(dim=32, depth=1, heads=2)
)
print(efficient(images).shape)

ViT = vit_module("vit").ViT
vit = ViT(image_size=32, patch_size=8, num_classes=4, dim=32, depth=1, heads=2, mlp_dim=48)
logits, embeddings = vit_module("extractor").Extractor(vit)(images)
print(logits.shape, embeddings.shape)
logits, attention = vit_module("recorder").Recorder(
    ViT(image_size=32, patch_size=8, num_classes=4, dim=32, depth=1, heads=2, mlp_dim=48)
)(images)
print(attention.shape)

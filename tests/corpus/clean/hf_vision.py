"""transformers: image classifiers and a backbone with features."""

import torch
from transformers import (
    ConvNextConfig,
    ConvNextForImageClassification,
    ResNetConfig,
    ResNetModel,
    ViTConfig,
    ViTForImageClassification,
)
from transformers import SegformerConfig, SegformerForSemanticSegmentation

images = torch.randn(2, 3, 32, 32)
vit = ViTForImageClassification(
    ViTConfig(
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=48,
        image_size=32,
        patch_size=8,
        num_labels=5,
    )
)
print(vit(images, labels=torch.tensor([1, 4])).logits.shape)
convnext = ConvNextForImageClassification(
    ConvNextConfig(hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1], num_labels=5)
)
print(convnext(images).logits.shape)
resnet = ResNetModel(ResNetConfig(embedding_size=8, hidden_sizes=[16, 32], depths=[1, 1], layer_type="basic"))
print(resnet(images).pooler_output.flatten(1).shape)
segformer = SegformerForSemanticSegmentation(
    SegformerConfig(
        hidden_sizes=[8, 16, 24, 32],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 2, 3, 4],
        decoder_hidden_size=16,
        num_labels=6,
    )
)
logits = segformer(images).logits
print(torch.nn.functional.interpolate(logits, size=images.shape[-2:], mode="bilinear").argmax(dim=1).shape)

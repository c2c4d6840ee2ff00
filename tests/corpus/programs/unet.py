"""Semantic segmentation with a U-Net: cross entropy plus Dice, mean IoU, early stopping on the validation loss."""

from copy import deepcopy

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, random_split

NUM_CLASSES = 4
IMAGE_SIZE = 50
BATCH_SIZE = 6
EPOCHS = 2


class ShapesDataset(Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, idx):
        rng = np.random.RandomState(idx)
        image = rng.normal(0, 0.1, (3, IMAGE_SIZE, IMAGE_SIZE)).astype(np.float32)
        mask = np.zeros((IMAGE_SIZE, IMAGE_SIZE), dtype=np.int64)
        for label in range(1, NUM_CLASSES):
            top, left = rng.randint(0, IMAGE_SIZE - 12, size=2)
            mask[top : top + 12, left : left + 12] = label
            image[label - 1, top : top + 12, left : left + 12] += 1.0
        return image, mask


class DoubleConv(nn.Module):
    """(convolution => [BN] => ReLU) * 2"""

    def __init__(self, in_channels, out_channels, mid_channels=None):
        super().__init__()
        if not mid_channels:
            mid_channels = out_channels
        self.double_conv = nn.Sequential(
            nn.Conv2d(in_channels, mid_channels, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(mid_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(mid_channels, out_channels, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(in_channels, out_channels))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.up = nn.ConvTranspose2d(in_channels, in_channels // 2, kernel_size=2, stride=2)
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x1, x2):
        x1 = self.up(x1)
        diff_y = x2.size()[2] - x1.size()[2]
        diff_x = x2.size()[3] - x1.size()[3]
        x1 = F.pad(x1, [diff_x // 2, diff_x - diff_x // 2, diff_y // 2, diff_y - diff_y // 2])
        x = torch.cat([x2, x1], dim=1)
        return self.conv(x)


class UNet(nn.Module):
    def __init__(self, n_channels, n_classes, base=8):
        super().__init__()
        self.inc = DoubleConv(n_channels, base)
        self.down1 = Down(base, base * 2)
        self.down2 = Down(base * 2, base * 4)
        self.down3 = Down(base * 4, base * 8)
        self.up1 = Up(base * 8, base * 4)
        self.up2 = Up(base * 4, base * 2)
        self.up3 = Up(base * 2, base)
        self.outc = nn.Conv2d(base, n_classes, kernel_size=1)

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x4 = self.down3(x3)
        x = self.up1(x4, x3)
        x = self.up2(x, x2)
        x = self.up3(x, x1)
        return self.outc(x)


def dice_loss(logits, target, eps=1e-6):
    probs = logits.softmax(dim=1)
    one_hot = F.one_hot(target, NUM_CLASSES).permute(0, 3, 1, 2).float()
    intersection = (probs * one_hot).sum(dim=(0, 2, 3))
    cardinality = (probs + one_hot).sum(dim=(0, 2, 3))
    return 1 - ((2 * intersection + eps) / (cardinality + eps)).mean()


def mean_iou(pred, target):
    ious = []
    for c in range(NUM_CLASSES):
        p, t = pred == c, target == c
        union = (p | t).sum().item()
        if union:
            ious.append((p & t).sum().item() / union)
    return float(np.mean(ious))


def run_epoch(net, loader, device, optimizer=None):
    net.train(optimizer is not None)
    total, iou, batches = 0.0, 0.0, 0
    with torch.set_grad_enabled(optimizer is not None):
        for images, masks in loader:
            images, masks = images.to(device), masks.to(device)
            logits = net(images)
            loss = F.cross_entropy(logits, masks) + dice_loss(logits, masks)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total += loss.item()
            iou += mean_iou(logits.argmax(dim=1), masks)
            batches += 1
    return total / batches, iou / batches


device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
train_set, val_set = random_split(ShapesDataset(26), [20, 6], generator=torch.Generator().manual_seed(0))
train_loader = DataLoader(train_set, batch_size=BATCH_SIZE, shuffle=True)
val_loader = DataLoader(val_set, batch_size=BATCH_SIZE)

net = UNet(n_channels=3, n_classes=NUM_CLASSES).to(device)
optimizer = torch.optim.RMSprop(net.parameters(), lr=1e-3, weight_decay=1e-8)
best_loss, best_state, bad_epochs = float("inf"), None, 0

for epoch in range(EPOCHS):
    train_loss, train_iou = run_epoch(net, train_loader, device, optimizer)
    val_loss, val_iou = run_epoch(net, val_loader, device)
    print(f"epoch {epoch}: train {train_loss:.3f}/{train_iou:.3f} val {val_loss:.3f}/{val_iou:.3f}")
    if val_loss < best_loss:
        best_loss, best_state, bad_epochs = val_loss, deepcopy(net.state_dict()), 0
    else:
        bad_epochs += 1
        if bad_epochs >= 3:
            break

if best_state is not None:
    net.load_state_dict(best_state)
net.eval()
with torch.no_grad():
    image, mask = val_set[0]
    prediction = net(torch.from_numpy(image).unsqueeze(0).to(device)).argmax(1).squeeze(0)
    accuracy = (prediction.cpu() == torch.from_numpy(mask)).float().mean().item()
print(f"pixel accuracy {accuracy:.3f}")

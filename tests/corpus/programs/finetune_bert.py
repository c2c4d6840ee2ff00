"""Fine-tune a BERT classifier, built from a configuration, on sentences tokenised by hand."""

import os
import random
from collections import Counter

import torch
from torch import nn
from torch.optim import AdamW
from torch.utils.data import DataLoader, Dataset
from transformers import BertConfig, BertModel, get_linear_schedule_with_warmup

MAX_LEN = int(os.getenv("MAX_LEN", "24"))
BATCH_SIZE = 8
EPOCHS = 1

random.seed(0)
torch.manual_seed(0)

GOOD = "a wonderful film with great actors and a moving story".split()
BAD = "the plot was dull and the acting terrible from start to end".split()


def make_sentences(count):
    sentences, labels = [], []
    for _ in range(count):
        label = random.randint(0, 1)
        words = random.choices(GOOD if label else BAD, k=random.randint(5, 30))
        sentences.append(" ".join(words))
        labels.append(label)
    return sentences, labels


class Tokenizer:
    def __init__(self, sentences):
        counts = Counter(word for sentence in sentences for word in sentence.split())
        self.vocab = {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3}
        for word, _ in counts.most_common():
            self.vocab[word] = len(self.vocab)

    def __call__(self, sentence, max_length):
        ids = [self.vocab.get(word, 3) for word in sentence.split()][: max_length - 2]
        ids = [1] + ids + [2]
        mask = [1] * len(ids) + [0] * (max_length - len(ids))
        ids = ids + [0] * (max_length - len(ids))
        return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}


class ReviewDataset(Dataset):
    def __init__(self, sentences, labels, tokenizer, max_len):
        self.sentences = sentences
        self.labels = labels
        self.tokenizer = tokenizer
        self.max_len = max_len

    def __len__(self):
        return len(self.sentences)

    def __getitem__(self, item):
        encoding = self.tokenizer(self.sentences[item], max_length=self.max_len)
        return {
            "input_ids": encoding["input_ids"],
            "attention_mask": encoding["attention_mask"],
            "targets": torch.tensor(self.labels[item], dtype=torch.long),
        }


class SentimentClassifier(nn.Module):
    def __init__(self, config, n_classes):
        super().__init__()
        self.bert = BertModel(config, add_pooling_layer=False)
        self.drop = nn.Dropout(p=0.3)
        self.dense = nn.Linear(2 * config.hidden_size, config.hidden_size)
        self.out = nn.Linear(config.hidden_size, n_classes)

    def forward(self, input_ids, attention_mask):
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).float()
        pooled = (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)
        joined = torch.cat([hidden[:, 0], pooled], dim=-1)
        return self.out(self.drop(torch.tanh(self.dense(joined))))


def train_epoch(model, data_loader, loss_fn, optimizer, device, scheduler):
    model = model.train()
    losses, correct, seen = [], 0, 0
    for d in data_loader:
        input_ids = d["input_ids"].to(device)
        attention_mask = d["attention_mask"].to(device)
        targets = d["targets"].to(device)
        outputs = model(input_ids=input_ids, attention_mask=attention_mask)
        _, preds = torch.max(outputs, dim=1)
        loss = loss_fn(outputs, targets)
        correct += torch.sum(preds == targets).item()
        seen += len(targets)
        losses.append(loss.item())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
    return correct / seen, sum(losses) / len(losses)


def eval_model(model, data_loader, loss_fn, device):
    model = model.eval()
    probabilities, truth = [], []
    with torch.no_grad():
        for d in data_loader:
            outputs = model(d["input_ids"].to(device), d["attention_mask"].to(device))
            probabilities.append(torch.softmax(outputs, dim=1).cpu())
            truth.append(d["targets"])
    probabilities = torch.cat(probabilities)
    truth = torch.cat(truth)
    loss = loss_fn(torch.log(probabilities), truth)
    return (probabilities.argmax(dim=1) == truth).float().mean().item(), loss.item()


device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
sentences, labels = make_sentences(44)
tokenizer = Tokenizer(sentences)
train_set = ReviewDataset(sentences[:30], labels[:30], tokenizer, MAX_LEN)
val_set = ReviewDataset(sentences[30:], labels[30:], tokenizer, MAX_LEN)
train_data_loader = DataLoader(train_set, batch_size=BATCH_SIZE, shuffle=True, num_workers=0)
val_data_loader = DataLoader(val_set, batch_size=BATCH_SIZE)

config = BertConfig(
    vocab_size=len(tokenizer.vocab),
    hidden_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=96,
    max_position_embeddings=64,
)
model = SentimentClassifier(config, n_classes=2).to(device)
optimizer = AdamW(model.parameters(), lr=2e-4)
total_steps = len(train_data_loader) * EPOCHS
scheduler = get_linear_schedule_with_warmup(optimizer, num_warmup_steps=0, num_training_steps=total_steps)
loss_fn = nn.CrossEntropyLoss().to(device)

for epoch in range(EPOCHS):
    train_acc, train_loss = train_epoch(model, train_data_loader, loss_fn, optimizer, device, scheduler)
    val_acc, val_loss = eval_model(model, val_data_loader, loss_fn, device)
    print(f"Epoch {epoch + 1}/{EPOCHS} train {train_loss:.3f} ({train_acc:.2f}) val {val_loss:.3f} ({val_acc:.2f})")

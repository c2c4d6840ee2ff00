import numpy as np
import keras
from keras import layers


class SmallNet(keras.Model):
    def __init__(self, num_classes):
        super().__init__()
        self.conv1 = layers.Conv2D(16, 3, activation="relu")
        self.pool = layers.MaxPooling2D(2)
        self.conv2 = layers.Conv2D(32, 3, activation="relu")
        self.flatten = layers.Flatten()
        self.fc1 = layers.Dense(64, activation="relu")
        self.fc2 = layers.Dense(num_classes)

    def call(self, x):
        x = self.pool(self.conv1(x))
        x = self.pool(self.conv2(x))
        x = self.flatten(x)
        return self.fc2(self.fc1(x))


train_images = np.random.rand(60, 40, 40, 3).astype("float32")
train_labels = np.random.randint(0, 3, 60)
test_images = np.random.rand(12, 64, 64, 3).astype("float32")

model = SmallNet(3)
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(train_images, train_labels, batch_size=20)
print(model.predict(test_images).argmax(axis=1))

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers
from tensorflow.keras.applications import MobileNetV2
from tensorflow.keras.models import Model

IMG_SIZE = 96
NUM_CLASSES = 4

base_model = MobileNetV2(input_shape=(128, 128, 3), include_top=False, weights=None)
base_model.trainable = False

inputs = tf.keras.Input(shape=(IMG_SIZE, IMG_SIZE, 3))
x = layers.RandomFlip("horizontal")(inputs)
x = tf.keras.applications.mobilenet_v2.preprocess_input(x)
x = base_model(x, training=False)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(0.2)(x)
outputs = layers.Dense(NUM_CLASSES, activation="softmax")(x)
model = Model(inputs, outputs)

model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
images = np.random.randint(0, 255, (16, IMG_SIZE, IMG_SIZE, 3)).astype("float32")
labels = tf.keras.utils.to_categorical(np.random.randint(0, NUM_CLASSES, 16), NUM_CLASSES)
model.fit(images, labels, batch_size=8, epochs=1)

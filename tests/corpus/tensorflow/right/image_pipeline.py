import numpy as np
import tensorflow as tf

photos = [
    np.random.randint(0, 255, (np.random.randint(40, 70), np.random.randint(40, 70), 3), dtype=np.uint8)
    for _ in range(11)
]


def read():
    for label, photo in enumerate(photos):
        yield photo, label % 3


spec = (tf.TensorSpec((None, None, 3), tf.uint8), tf.TensorSpec((), tf.int32))


def prepare(photo, label):
    photo = tf.image.resize(tf.image.convert_image_dtype(photo, tf.float32), (36, 36))
    photo = tf.image.random_crop(photo, (32, 32, 3))
    return tf.image.random_flip_left_right(photo), tf.one_hot(label, 3)


dataset = tf.data.Dataset.from_generator(read, output_signature=spec).map(prepare).batch(4)
kernel = tf.Variable(tf.random.normal((5, 5, 3, 6)) * 0.1)
head = tf.Variable(tf.random.normal((6, 3)))
for x, y in dataset:
    h = tf.nn.relu(tf.nn.conv2d(x, kernel, strides=[1, 2, 2, 1], padding="VALID"))
    logits = tf.reduce_mean(h, axis=[1, 2]) @ head
    print(tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(y, logits)).numpy())

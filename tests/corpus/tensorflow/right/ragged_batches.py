import tensorflow as tf

documents = tf.ragged.constant([[3, 1, 4], [1], [5, 9, 2, 6], [5, 3]])
table = tf.Variable(tf.random.normal((12, 5)))

vectors = tf.ragged.map_flat_values(tf.nn.embedding_lookup, table, documents)
means = tf.reduce_mean(vectors, axis=1)

padded = documents.to_tensor()
mask = tf.cast(tf.sequence_mask(documents.row_lengths()), tf.float32)
gathered = tf.nn.embedding_lookup(table, padded)
total = tf.reduce_sum(gathered * mask[:, :, tf.newaxis], axis=1)
same = total / tf.reduce_sum(mask, axis=1, keepdims=True)
print(tf.reduce_max(tf.abs(same - means)).numpy())

dataset = tf.data.Dataset.from_generator(
    lambda: iter([[1, 2, 3], [4], [5, 6]]), output_signature=tf.TensorSpec((None,), tf.int32)
)
for ids in dataset.padded_batch(2):
    print(ids.shape, tf.gather(table, ids).shape)

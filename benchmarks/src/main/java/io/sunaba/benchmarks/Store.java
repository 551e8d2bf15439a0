package io.sunaba.benchmarks;

/// A place for records, for a benchmark that writes to several in turn.
interface Store extends AutoCloseable {
    /// Saves a record; durable on return.
    void save(String key, byte[] value) throws Exception;

    @Override
    void close() throws Exception;
}

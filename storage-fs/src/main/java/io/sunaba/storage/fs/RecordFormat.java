package io.sunaba.storage.fs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// What is in a record's file: a header of 16 bytes (magic, version of the format, length of the
/// value, CRC32C of the value; all big-endian) and the value.
final class RecordFormat {
    static final int HEADER_BYTES = 16;
    private static final int MAGIC = 0x53_42_4b_31; // SBK1
    private static final int VERSION = 1;

    private RecordFormat() {}

    /// The file is not what was written.
    static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }

    static byte[] encode(byte[] value) {
        return ByteBuffer.allocate(HEADER_BYTES + value.length)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putInt(value.length)
                .putInt(checksum(value))
                .put(value)
                .array();
    }

    static byte[] decode(InputStream file) throws IOException, DamagedException {
        byte[] header = file.readNBytes(HEADER_BYTES);
        if (header.length < HEADER_BYTES) {
            throw new DamagedException("its header ends after " + header.length + " bytes");
        }
        ByteBuffer fields = ByteBuffer.wrap(header);
        int magic = fields.getInt();
        if (magic != MAGIC) {
            throw new DamagedException("it starts with %08x, not %08x".formatted(magic, MAGIC));
        }
        int version = fields.getInt();
        if (version != VERSION) {
            throw new DamagedException(
                    "it is of format %d, and only %d is known".formatted(version, VERSION));
        }
        int length = fields.getInt();
        byte[] value = file.readNBytes(Math.max(length, 0));
        if (value.length != length || file.read() >= 0) {
            throw new DamagedException("its value is not of %d bytes".formatted(length));
        }
        int expected = fields.getInt();
        int found = checksum(value);
        if (expected != found) {
            throw new DamagedException("its checksum is %08x, not %08x".formatted(found, expected));
        }
        return value;
    }

    private static int checksum(byte[] value) {
        CRC32C checksum = new CRC32C();
        checksum.update(value);
        return (int) checksum.getValue();
    }
}

package io.sunaba.core.rootfs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256, which every Java runtime has.
final class Sha256 {
    private static final int CHUNK_BYTES = 1 << 18;

    private Sha256() {}

    static MessageDigest create() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-256", e);
        }
    }

    static String of(byte[] content) {
        return HexFormat.of().formatHex(create().digest(content));
    }

    static String of(Path file) throws IOException, InterruptedException {
        MessageDigest hash = create();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted at " + file);
                }
                hash.update(chunk, 0, read);
            }
        }
        return HexFormat.of().formatHex(hash.digest());
    }
}

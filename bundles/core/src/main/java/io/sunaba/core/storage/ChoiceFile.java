package io.sunaba.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Remembers the choice of a storage in a file of one line.
public final class ChoiceFile implements StorageChoice.Memory {
    private final Path file;

    public ChoiceFile(Path file) {
        this.file = requireNonNull(file, "file is null");
    }

    @Override
    public Optional<String> read() {
        try {
            return Files.exists(file)
                    ? Optional.of(Files.readString(file).strip())
                    : Optional.empty();
        } catch (IOException e) {
            throw new UnavailableException(
                    "%s does not tell which storage holds the records: %s; write the plugin's name into it"
                            .formatted(file, e),
                    e);
        }
    }

    @Override
    public void write(String chosen) {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        try {
            Path directory = Files.createDirectories(requireNonNull(file.getParent()));
            try (FileChannel channel =
                    FileChannel.open(
                            next,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap((chosen + "\n").getBytes(UTF_8)));
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw new UnavailableException(
                    "the choice of storage '%s' cannot be written to %s: %s"
                            .formatted(chosen, file, e),
                    e);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}

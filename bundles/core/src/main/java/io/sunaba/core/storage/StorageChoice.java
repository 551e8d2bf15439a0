package io.sunaba.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The name of the storage plugin that holds the records.
///
/// Configuration chooses the first one; a file remembers it, since records do not follow an edited
/// configuration: machines whose records are elsewhere would look like nobody's.
public final class StorageChoice {
    private static final Logger LOG = LoggerFactory.getLogger(StorageChoice.class);
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}");

    private final Plugins plugins;
    private final Path file;
    private final String initial;

    /// Null until it was read.
    private volatile @Nullable String name;

    /// @param file remembers the choice
    /// @param initial the name that configuration gives
    public StorageChoice(Plugins plugins, Path file, String initial) {
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.file = requireNonNull(file, "file is null");
        this.initial = requireNonNull(initial, "initial is null");
    }

    /// Returns the name.
    ///
    /// @throws UnavailableException if the file cannot be read; says what helps
    public String name() {
        String known = name;
        if (known == null) {
            known = read();
            name = known;
        }
        return known;
    }

    /// Tells whether a plugin is the one. Never fails.
    public boolean is(String plugin) {
        return plugin.equals(name);
    }

    /// Returns the storage, waiting for it for the grace.
    public MetadataStorage require() throws InterruptedException {
        return plugins.require(Kind.STORAGE, name());
    }

    /// Returns the storage if it is known and there.
    public Optional<MetadataStorage> find() {
        try {
            return plugins.find(Kind.STORAGE, name());
        } catch (UnavailableException e) {
            LOG.error("No record is loaded", e);
            return Optional.empty();
        }
    }

    /// Makes sure that the choice is remembered.
    public void remember() {
        if (!Files.exists(file)) {
            choose(name());
        }
    }

    /// Makes another choice, which is durable on return.
    void choose(String chosen) {
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
        name = chosen;
    }

    private String read() {
        String text;
        try {
            if (!Files.exists(file)) {
                return initial;
            }
            text = Files.readString(file).strip();
        } catch (IOException e) {
            throw damaged(e.toString(), e);
        }
        if (!NAME.matcher(text).matches()) {
            String shown =
                    text.substring(0, Math.min(text.length(), 64)).replaceAll("\\p{Cntrl}", "?");
            throw damaged("'" + shown + "'", null);
        }
        if (!text.equals(initial)) {
            LOG.info(
                    "The records are in storage '{}', and default.storage is '{}': it is for new"
                            + " platforms; storage:use moves the records",
                    text,
                    initial);
        }
        return text;
    }

    private UnavailableException damaged(String found, @Nullable Exception cause) {
        return new UnavailableException(
                "%s does not tell which storage holds the records: %s; write the plugin's name into it"
                        .formatted(file, found),
                cause);
    }
}

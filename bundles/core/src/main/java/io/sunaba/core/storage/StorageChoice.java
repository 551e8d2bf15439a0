package io.sunaba.core.storage;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The name of the storage plugin that holds the records.
///
/// Configuration chooses the first one; a file remembers it, since records do not follow an edited
/// configuration: machines whose records are elsewhere would look like nobody's.
public final class StorageChoice implements SandboxRecords.Storage {
    private static final Logger LOG = LoggerFactory.getLogger(StorageChoice.class);
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}");

    /// Where the choice is remembered.
    public interface Memory {
        /// Returns what was written, as it is.
        ///
        /// @throws UnavailableException if it cannot be read
        Optional<String> read();

        /// Replaces what was written; durable on return.
        ///
        /// @throws UnavailableException if it cannot be written; it is as before then
        void write(String chosen);
    }

    private final Plugins plugins;
    private final Memory memory;
    private final String initial;

    /// Null until it was read.
    private volatile @Nullable String name;

    /// @param memory remembers the choice
    /// @param initial the name that configuration gives
    public StorageChoice(Plugins plugins, Memory memory, String initial) {
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.memory = requireNonNull(memory, "memory is null");
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
    @Override
    public MetadataStorage require() throws InterruptedException {
        return plugins.steady(Kind.STORAGE, name());
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

    @Override
    public boolean present() {
        return find().isPresent();
    }

    /// Tells whether a choice is remembered: then records were loaded before.
    public boolean remembered() {
        return memory.read().isPresent();
    }

    /// Makes sure that the choice is remembered.
    public void remember() {
        if (!remembered()) {
            choose(name());
        }
    }

    /// Makes another choice, which is durable on return.
    void choose(String chosen) {
        memory.write(chosen);
        name = chosen;
    }

    private String read() {
        Optional<String> read = memory.read();
        if (read.isEmpty()) {
            return initial;
        }
        String text = read.get();
        if (!NAME.matcher(text).matches()) {
            String shown =
                    text.substring(0, Math.min(text.length(), 64)).replaceAll("\\p{Cntrl}", "?");
            throw new UnavailableException(
                    "%s does not tell which storage holds the records: '%s'; write the plugin's name into it"
                            .formatted(memory, shown));
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
}

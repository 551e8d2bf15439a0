package io.sunaba.core.storage;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The name of the storage plugin that holds the records, and which records these are.
///
/// Configuration chooses the first one; a file remembers it, since records do not follow an edited
/// configuration: machines whose records are elsewhere would look like nobody's. The file is one
/// line, `NAME ID`; earlier versions wrote the name alone.
public final class StorageChoice implements SandboxRecords.Storage {
    private static final Logger LOG = LoggerFactory.getLogger(StorageChoice.class);
    private static final Pattern LINE =
            Pattern.compile("([a-zA-Z0-9][a-zA-Z0-9_.-]{0,63})(?: ([0-9a-f]{32}))?");

    /// @param records the id of the records that it holds; null if that is not known
    private record Chosen(String name, @Nullable String records) {
        String line() {
            return records == null ? name : name + " " + records;
        }
    }

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

    private final Object changeLock = new Object();

    /// Null until it was read.
    private volatile @Nullable Chosen chosen;

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
        return chosen().name();
    }

    private Chosen chosen() {
        Chosen known = chosen;
        if (known == null) {
            synchronized (changeLock) {
                known = chosen == null ? read() : chosen;
                chosen = known;
            }
        }
        return known;
    }

    @Override
    public @Nullable String records() {
        return chosen().records();
    }

    /// Tells whether a plugin is the one. Never fails.
    public boolean is(String plugin) {
        Chosen known = chosen;
        return known != null && plugin.equals(known.name());
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

    @Override
    public void forgetRecords() {
        synchronized (changeLock) {
            if (records() != null) {
                write(new Chosen(name(), null));
            }
        }
    }

    @Override
    public void rememberRecords(String id) {
        synchronized (changeLock) {
            if (!id.equals(records()) || !remembered()) {
                write(new Chosen(name(), id));
            }
        }
    }

    /// Makes another choice for the same records, which is durable on return.
    void choose(String name) {
        synchronized (changeLock) {
            write(new Chosen(name, records()));
        }
    }

    private void write(Chosen next) {
        memory.write(next.line());
        chosen = next;
    }

    /// Tells where the choice is remembered.
    String place() {
        return memory.toString();
    }

    private Chosen read() {
        Optional<String> read = memory.read();
        if (read.isEmpty()) {
            return new Chosen(initial, null);
        }
        String text = read.get();
        Matcher line = LINE.matcher(text);
        if (!line.matches()) {
            String shown =
                    text.substring(0, Math.min(text.length(), 64)).replaceAll("\\p{Cntrl}", "?");
            throw new UnavailableException(
                    "%s does not tell which storage holds the records: '%s'; write the plugin's name into it"
                            .formatted(memory, shown));
        }
        Chosen known = new Chosen(line.group(1), line.group(2));
        if (!known.name().equals(initial)) {
            LOG.info(
                    "The records are in storage '{}', and default.storage is '{}': it is for new"
                            + " platforms; storage:use moves the records",
                    known.name(),
                    initial);
        }
        return known;
    }
}

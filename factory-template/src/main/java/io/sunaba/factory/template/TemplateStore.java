package io.sunaba.factory.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import io.sunaba.factory.support.MachineClass;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The templates on disk, a directory each: the machine's state, and a record that is written last.
/// A directory without a record is what a crash left, and nobody's.
final class TemplateStore {
    private static final Logger LOG = LoggerFactory.getLogger(TemplateStore.class);
    private static final String RECORD = "template.properties";
    private static final String STATE = "state";

    private final Path directory;

    /// Opens the directory and removes what was never finished.
    TemplateStore(Path directory) {
        this.directory = requireNonNull(directory, "directory is null");
        try {
            Files.createDirectories(directory, owned());
            for (Path entry : entries()) {
                if (read(entry).isEmpty()) {
                    LOG.info("Removing {}: no template was finished there", entry);
                    remove(entry);
                }
            }
        } catch (IOException e) {
            throw failed("open the templates in " + directory, e);
        }
    }

    private static FileAttribute<?> owned() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    }

    Optional<TemplateRecord> find(MachineClass kind) {
        return read(entry(kind)).filter(record -> record.kind().equals(kind));
    }

    List<TemplateRecord> list() {
        try {
            return entries().stream().flatMap(entry -> read(entry).stream()).toList();
        } catch (IOException e) {
            throw failed("list the templates in " + directory, e);
        }
    }

    /// Returns where a template's state is.
    Path state(TemplateRecord template) {
        return entry(template.kind()).resolve(STATE);
    }

    /// Makes an empty directory for a template's state.
    synchronized Path begin(MachineClass kind) {
        Path entry = entry(kind);
        try {
            // Somebody may have removed it all.
            Files.createDirectories(directory, owned());
            remove(entry);
            Files.createDirectory(entry, owned());
            return Files.createDirectory(entry.resolve(STATE), owned());
        } catch (IOException e) {
            throw failed("make the template " + entry, e);
        }
    }

    /// Makes a template of what was saved. Durable on return.
    synchronized void complete(TemplateRecord template) {
        Path entry = entry(template.kind());
        Path next = entry.resolve(RECORD + ".new");
        try {
            try (FileChannel file =
                    FileChannel.open(next, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(template.text().getBytes(UTF_8)));
                file.force(true);
            }
            Files.move(next, entry.resolve(RECORD), StandardCopyOption.ATOMIC_MOVE);
            for (Path changed : List.of(entry, directory)) {
                try (FileChannel parent = FileChannel.open(changed, StandardOpenOption.READ)) {
                    parent.force(true);
                }
            }
        } catch (IOException e) {
            throw failed("complete the template " + entry, e);
        }
    }

    /// Removes what there is of a template that was begun and is not to be completed.
    synchronized void giveUp(MachineClass kind) {
        delete(entry(kind));
    }

    /// Removes a template, unless another one has taken its place; machines that were cloned from
    /// it go on.
    ///
    /// @return whether it was there
    synchronized boolean delete(TemplateRecord template) {
        Path entry = entry(template.kind());
        if (read(entry).filter(template::equals).isEmpty()) {
            return false;
        }
        delete(entry);
        return true;
    }

    private static void delete(Path entry) {
        try {
            Files.deleteIfExists(entry.resolve(RECORD));
            remove(entry);
        } catch (IOException e) {
            throw failed("remove the template " + entry, e);
        }
    }

    private Path entry(MachineClass kind) {
        return directory.resolve(kind.key());
    }

    private List<Path> entries() throws IOException {
        List<Path> entries = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> stream =
                    Files.newDirectoryStream(directory, Files::isDirectory)) {
                stream.forEach(entries::add);
            }
        }
        return entries;
    }

    private static Optional<TemplateRecord> read(Path entry) {
        try {
            return TemplateRecord.parse(Files.readString(entry.resolve(RECORD)))
                    .filter(template -> entry.endsWith(template.id()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static void remove(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path left, @Nullable IOException e)
                            throws IOException {
                        Files.delete(left);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static UnavailableException failed(String action, IOException cause) {
        return new UnavailableException("cannot %s: %s".formatted(action, cause), cause);
    }
}

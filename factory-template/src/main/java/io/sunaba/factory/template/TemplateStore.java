package io.sunaba.factory.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import io.sunaba.factory.support.MachineClass;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
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
import java.util.Properties;
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
                    LOG.info("Removing the unfinished template {}", entry);
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

    /// Returns where a template's state is, if there is such a template.
    Optional<Path> find(MachineClass kind) {
        Path entry = directory.resolve(kind.key());
        return read(entry).filter(kind::equals).map(_ -> entry.resolve(STATE));
    }

    List<MachineClass> list() {
        try {
            return entries().stream().flatMap(entry -> read(entry).stream()).toList();
        } catch (IOException e) {
            throw failed("list the templates in " + directory, e);
        }
    }

    /// Makes an empty directory for a template's state.
    Path begin(MachineClass kind) {
        Path entry = directory.resolve(kind.key());
        try {
            remove(entry);
            Files.createDirectory(entry, owned());
            return Files.createDirectory(entry.resolve(STATE), owned());
        } catch (IOException e) {
            throw failed("make the template " + entry, e);
        }
    }

    /// Makes a template of what was saved. Durable on return.
    void complete(MachineClass kind) {
        Path entry = directory.resolve(kind.key());
        Path next = entry.resolve(RECORD + ".new");
        try {
            try (FileChannel file =
                    FileChannel.open(next, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(text(kind).getBytes(UTF_8)));
                file.force(true);
            }
            Files.move(next, entry.resolve(RECORD), StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel parent = FileChannel.open(entry, StandardOpenOption.READ)) {
                parent.force(true);
            }
        } catch (IOException e) {
            throw failed("complete the template " + entry, e);
        }
    }

    /// Removes a template; machines that were cloned from it go on.
    void delete(MachineClass kind) {
        Path entry = directory.resolve(kind.key());
        try {
            Files.deleteIfExists(entry.resolve(RECORD));
            remove(entry);
        } catch (IOException e) {
            throw failed("remove the template " + entry, e);
        }
    }

    private List<Path> entries() throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream =
                Files.newDirectoryStream(directory, Files::isDirectory)) {
            stream.forEach(entries::add);
        }
        return entries;
    }

    private static String text(MachineClass kind) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("format", "1");
        properties.setProperty("hypervisor", kind.hypervisor());
        properties.setProperty("vmm", kind.vmm());
        properties.setProperty("guest", kind.guest());
        properties.setProperty("vcpus", kind.vcpus());
        properties.setProperty("memory", kind.memory());
        StringWriter text = new StringWriter();
        properties.store(text, null);
        return text.toString();
    }

    /// Reads a record; one that is damaged is as none.
    private static Optional<MachineClass> read(Path entry) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(entry.resolve(RECORD))));
        } catch (IOException | IllegalArgumentException _) {
            return Optional.empty();
        }
        if (!"1".equals(properties.getProperty("format"))) {
            return Optional.empty();
        }
        MachineClass kind =
                new MachineClass(
                        properties.getProperty("hypervisor", ""),
                        properties.getProperty("vmm", ""),
                        properties.getProperty("guest", ""),
                        properties.getProperty("vcpus", ""),
                        properties.getProperty("memory", ""));
        return Optional.of(kind).filter(it -> entry.endsWith(it.key()));
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

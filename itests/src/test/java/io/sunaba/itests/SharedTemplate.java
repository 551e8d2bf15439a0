package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The template of small machines of this build, which the first installation makes that wants it:
/// for tests to whom it is no matter how a machine came to be. Without KVM a boot takes ten times
/// as long as a clone.
final class SharedTemplate {
    private static final Path TARGET = Installation.REPOSITORY.resolve("itests/target");

    private SharedTemplate() {}

    /// Puts a copy into the directory of an installation's templates, which is not there yet.
    static void copyTo(Path templates) throws IOException {
        Path archive = Installation.archive();
        Path made = TARGET.resolve("template-" + Files.getLastModifiedTime(archive).toMillis());
        try (FileChannel file =
                        FileChannel.open(
                                TARGET.resolve("template.lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock _ = file.lock()) {
            if (!Files.exists(made)) {
                make(made);
            }
        }
        copy(made, templates);
    }

    private static void make(Path target) throws IOException {
        Path unfinished = TARGET.resolve("template.unfinished");
        if (Files.exists(unfinished)) {
            Installation.remove(unfinished);
        }
        try (Installation sunaba = Installation.unpack().start()) {
            sunaba.exec("template:create --memory 128M").expectSuccess();
            copy(sunaba.data().resolve("templates"), unfinished);
        }
        Files.move(unfinished, target);
    }

    /// Times of modification tell the hypervisor that memory is as it was saved.
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Process process =
                new ProcessBuilder("cp", "-a", "--sparse=always", from.toString(), to.toString())
                        .inheritIO()
                        .start();
        assertThat(process.onExit().join().exitValue()).isZero();
    }
}

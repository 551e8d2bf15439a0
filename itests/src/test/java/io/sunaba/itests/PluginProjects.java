package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Builds plugins as their authors do: with Maven, against what is published, in a local repository
/// of its own that borrows from the one of the build what third parties made.
final class PluginProjects implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 400;

    private final Path folder;

    PluginProjects() {
        try {
            folder = Files.createTempDirectory("sunaba-plugins");
            Path repository = Files.createDirectories(home().resolve(".m2/repository"));
            Path usual = Path.of(System.getProperty("user.home"), ".m2");
            Path build =
                    Path.of(
                            System.getProperty(
                                    "localRepository", usual.resolve("repository").toString()));
            run(folder, List.of("cp", "-as", build + "/.", repository.toString()));
            if (Files.exists(usual.resolve("settings.xml"))) {
                Files.createSymbolicLink(
                        home().resolve(".m2/settings.xml"), usual.resolve("settings.xml"));
            }
            Installation.remove(Files.createDirectories(repository.resolve("io/sunaba")));
            Path publish = Installation.REPOSITORY.resolve("scripts/publish").toRealPath();
            run(folder, List.of(publish.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns a folder for projects.
    Path folder() {
        return folder;
    }

    private Path home() {
        return folder.resolve("home");
    }

    /// Returns what is to be in the environment of a shell: a home with a local repository in it.
    Map<String, String> environment() {
        String java = System.getProperty("java.home");
        return Map.of(
                "HOME",
                home().toString(),
                "MAVEN_OPTS",
                "-Duser.home=" + home(),
                "JAVA_HOME",
                java,
                "PATH",
                java + "/bin:" + System.getenv("PATH"));
    }

    /// Copies a directory of the sources, without what was built in it.
    Path copy(String name) {
        Path source = Installation.REPOSITORY.resolve(name);
        Path target = folder.resolve(name);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(it -> !it.toString().contains("/target")).toList()) {
                Files.copy(file, target.resolve(source.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target;
    }

    /// Runs Maven.
    String maven(Path project, String... arguments) {
        List<String> command = new ArrayList<>(List.of("mvn", "--batch-mode", "-nsu"));
        command.addAll(List.of("--no-transfer-progress", "-Dstyle.color=never"));
        command.addAll(List.of(arguments));
        return run(project, command);
    }

    private String run(Path directory, List<String> command) {
        try {
            Path output = Files.createTempFile(folder, "command", ".out");
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(output.toFile());
            builder.environment().putAll(environment());
            Process process = builder.start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            String text = Files.readString(output, UTF_8);
            assertThat(ended).as("ends: " + command + "\n" + text).isTrue();
            assertThat(process.exitValue()).as(command + "\n" + text).isZero();
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        Installation.remove(folder);
    }
}

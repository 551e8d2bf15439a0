package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Shell scripts and the service unit, as their checkers see them.
class ScriptsTest {
    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".local");

    @TempDir Path folder;

    @Test
    void shellcheckIsContentWithAllScripts() throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of("shellcheck", "--external-sources", "--source-path=SCRIPTDIR"));
        List<String> scripts = scripts();
        assertThat(scripts)
                .contains(
                        "demo",
                        "dev",
                        "test",
                        ".ci/run",
                        "scripts/prerequisites",
                        "distribution/src/main/bin/sunaba");
        command.addAll(scripts);

        assertThat(output(Installation.REPOSITORY, command)).isEmpty();
    }

    @Test
    void systemdIsContentWithTheUnit() throws Exception {
        String unit =
                output(
                        folder,
                        List.of(
                                Platform.distribution().resolve("bin/sunaba").toString(),
                                "unit",
                                "root"));
        assertThat(unit)
                .contains(
                        "ExecStart=\"" + Platform.distribution() + "/bin/sunaba\" run",
                        "User=root",
                        "KillMode=process")
                .doesNotContain("@");
        Path file = Files.writeString(folder.resolve("sunaba.service"), unit);
        Path checker = Path.of("/usr/bin/systemd-analyze");
        if (Files.isExecutable(checker)) {
            assertThat(output(folder, List.of(checker.toString(), "verify", file.toString())))
                    .doesNotContain("sunaba");
        }
    }

    private static List<String> scripts() throws IOException {
        List<String> scripts = new ArrayList<>();
        Path repository = Installation.REPOSITORY.toRealPath();
        Files.walkFileTree(
                repository,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        return NOT_OURS.contains(String.valueOf(directory.getFileName()))
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (attributes.isRegularFile() && isScript(file)) {
                            scripts.add(repository.relativize(file).toString());
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        scripts.add("scripts/environment");
        return scripts.stream().sorted().distinct().toList();
    }

    private static boolean isScript(Path file) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1);
                Stream<String> lines = reader.lines()) {
            return lines.findFirst().orElse("").matches("#!.*\\b(ba|da)?sh$");
        }
    }

    private static String output(Path directory, List<String> command)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.strip();
    }
}

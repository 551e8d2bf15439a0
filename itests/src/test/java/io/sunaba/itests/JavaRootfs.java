package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The small root file system of the tests with a Java runtime in it, made of the one that runs
/// this, and a machine id as images have one that were made from an installation.
final class JavaRootfs {
    static final String JAVA = "/java/bin/java";
    static final String CLASSES = "/classes";

    private static final Pattern LIBRARY = Pattern.compile("(/[^ ]+\\.so[^ ]*) \\(");

    private JavaRootfs() {}

    /// Makes it below a directory, with a program for [#JAVA] to run from [#CLASSES].
    static Path make(Path directory, Class<?> program) throws IOException, InterruptedException {
        Path root = directory.resolve("rootfs");
        run("cp", "-a", Installation.rootfs().toString(), root.toString());
        Path java = root.resolve("java");
        Path home = Path.of(System.getProperty("java.home"));
        run(
                home.resolve("bin/jlink").toString(),
                "--add-modules=java.base",
                "--strip-debug",
                // Half of the time that a program takes to start in a guest.
                "--generate-cds-archive",
                "--output=" + java);
        for (Path binary :
                List.of(java.resolve("bin/java"), java.resolve("lib/server/libjvm.so"))) {
            Matcher library = LIBRARY.matcher(run("ldd", binary.toString()));
            while (library.find()) {
                copy(Path.of(library.group(1)), root);
            }
        }
        String name = program.getName().replace('.', '/') + ".class";
        Path target = root.resolve(CLASSES.substring(1)).resolve(name);
        Files.createDirectories(target.getParent());
        try (InputStream code = program.getResourceAsStream("/" + name)) {
            Files.copy(code, target);
        }
        Files.writeString(root.resolve("etc/machine-id"), "0".repeat(31) + "1\n");
        return root;
    }

    private static void copy(Path library, Path root) throws IOException {
        Path target = root.resolve(Path.of("/").relativize(library));
        if (!library.startsWith(root) && !Files.exists(target)) {
            Files.createDirectories(target.getParent());
            Files.copy(library, target);
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}

package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The documents tell the truth: their commands are run, in their order, in a copy of the
/// repository with an installation of its own, and print what the documents say.
class DocumentationIT {
    private static final List<String> NAMES =
            List.of("README.md", "docs/operations.md", "docs/writing-a-plugin.md");

    /// Commands that only look may come too early for what the platform notices by itself.
    private static final Pattern LOOKS =
            Pattern.compile(":(list|status|stats|show)\\b|^ls |hc:exec");

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(200);

    /// Felix' commands of health checks, which are off by default.
    private static final String OPTIONAL = "hc:";

    private static final Pattern COMMAND = Pattern.compile("([a-z]+:[a-z]+)( .*)?");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z-]+");

    private static PluginProjects projects;
    private static Installation sunaba;
    private static int ssh;
    private static int web;

    @BeforeAll
    static void unpack() throws IOException {
        projects = new PluginProjects();
        sunaba = Installation.unpack();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket one = new ServerSocket(0, 1, loopback);
                ServerSocket another = new ServerSocket(0, 1, loopback)) {
            ssh = one.getLocalPort();
            web = another.getLocalPort();
        }
        sunaba.configure("io.sunaba.ssh", "port", Integer.toString(ssh));
        sunaba.set("config.properties", "org.osgi.service.http.port", Integer.toString(web));
    }

    @AfterAll
    static void close() {
        sunaba.close();
        projects.close();
    }

    /// Makes a folder like the repository's root, but for the installation in it.
    private static Path root(String name) throws IOException {
        Path root = Files.createDirectories(projects.folder().resolve(name));
        try (Stream<Path> entries = Files.list(Installation.REPOSITORY.toRealPath())) {
            for (Path entry : entries.toList()) {
                String file = entry.getFileName().toString();
                if (!Set.of("distribution", "target", ".git").contains(file)) {
                    Files.createSymbolicLink(root.resolve(file), entry);
                }
            }
        }
        Path target = Files.createDirectories(root.resolve("distribution/target"));
        Files.createSymbolicLink(target.resolve("sunaba"), sunaba.home());
        return root;
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/operations.md", "docs/writing-a-plugin.md"})
    void commandsDoWhatIsSaid(String name) throws IOException {
        Document document = Document.read(name);
        assertThat(document.parts()).hasSizeGreaterThan(5);
        Path temporary = Files.createTempDirectory(projects.folder(), "tmp");
        UnaryOperator<String> names = names(temporary);
        Map<String, String> environment = new HashMap<>(projects.environment());
        environment.put("SUNABA_DATA", sunaba.data().toString());
        environment.put("PATH", sshClient(temporary) + ":" + System.getenv("PATH"));
        Path root = root(temporary.getFileName() + "-root");
        try (ShellSession shell = new ShellSession(root, environment)) {
            for (Document.Part part : document.parts()) {
                switch (part) {
                    case Document.Step step when step.user() == Document.User.ROOT -> {}
                    case Document.Step step -> run(shell, name, step, names);
                    case Document.Dialogue dialogue -> play(name, dialogue, names, environment);
                }
            }
        } catch (AssertionError e) {
            sunaba.end();
            throw e;
        }
        assertThat(sunaba.sunaba("status").status()).as("it is stopped in the end").isEqualTo(3);
    }

    /// Puts directories and ports of here into the place of those that everybody has.
    private static UnaryOperator<String> names(Path temporary) {
        return command ->
                command.replaceAll("/tmp\\b", temporary.toString())
                        .replace("~/", temporary + "/home/")
                        .replaceAll("\\b8122\\b", Integer.toString(ssh))
                        .replaceAll("\\b8180\\b", Integer.toString(web));
    }

    private static void play(
            String name,
            Document.Dialogue dialogue,
            UnaryOperator<String> names,
            Map<String, String> environment) {
        try (TerminalPlay play = new TerminalPlay(sunaba, names, environment)) {
            play.play(dialogue.lines());
        } catch (AssertionError e) {
            throw new AssertionError("%s:%d: %s".formatted(name, dialogue.line(), e), e);
        }
    }

    private static void run(
            ShellSession shell, String name, Document.Step step, UnaryOperator<String> names) {
        String command = names.apply(step.command());
        if (step.user() == Document.User.PLATFORM) {
            command = sunaba.home() + "/bin/sunaba exec '" + command.replace("'", "'\\''") + "'";
        }
        ShellSession.Result result = shell.run(command);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (LOOKS.matcher(command).find()
                && !step.missing(result).isEmpty()
                && System.nanoTime() < deadline) {
            LockSupport.parkNanos(PAUSE.toNanos());
            result = shell.run(command);
        }
        step.expect(name, command, result);
    }

    /// Makes a home with a key for SSH, and a client that knows no other home, nor the user's.
    private static Path sshClient(Path temporary) throws IOException {
        Path keys = Files.createDirectories(temporary.resolve("home/.ssh"));
        sunaba.command("ssh-keygen", "-qt", "ed25519", "-N", "", "-f", keys + "/id_ed25519")
                .expectSuccess();
        Path client = Files.createDirectory(temporary.resolve("bin")).resolve("ssh");
        Files.writeString(
                client,
                """
                #!/bin/sh
                PATH=${PATH#*:} exec ssh -F /dev/null -i %1$s/id_ed25519 -o IdentitiesOnly=yes \
                    -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=%1$s/known_hosts "$@"
                """
                        .formatted(keys));
        Files.setPosixFilePermissions(client, PosixFilePermissions.fromString("rwxr-xr-x"));
        return requireNonNull(client.getParent());
    }

    @Test
    void everyCommandIsMarked() {
        for (String name : NAMES) {
            assertThat(Document.read(name).unmarked())
                    .as(name + ": blocks with commands are marked console, or terminal")
                    .isEmpty();
        }
    }

    /// Commands that stand in a sentence or a table are not run, but they and their options are
    /// there.
    @Test
    void commandsInSentencesAreThere() {
        Map<String, Set<String>> options = new TreeMap<>();
        for (String name : NAMES) {
            for (String span : Document.read(name).spans()) {
                Matcher command = COMMAND.matcher(span);
                if (command.matches() && !command.group(1).startsWith(OPTIONAL)) {
                    Set<String> named =
                            options.computeIfAbsent(command.group(1), _ -> new TreeSet<>());
                    OPTION.matcher(span).results().map(it -> it.group()).forEach(named::add);
                }
            }
        }
        assertThat(options).hasSizeGreaterThan(20);
        StringBuilder script = new StringBuilder();
        options.keySet().forEach(it -> script.append("echo @ %s\n%s --help\n".formatted(it, it)));
        sunaba.start();
        Map<String, String> help = new HashMap<>();
        try {
            String printed =
                    sunaba.sunabaWithInput(script.toString().getBytes(UTF_8), "shell")
                            .expectSuccess()
                            .text();
            for (String part : printed.split("(?m)^@ ", -1)) {
                String[] lines = part.split("\n", 2);
                help.put(lines[0].strip(), part);
            }
        } finally {
            sunaba.sunaba("stop").expectSuccess();
        }
        options.forEach((command, named) -> {
            assertThat(help).containsKey(command);
            assertThat(help.get(command)).as(command).contains("usage: " + command);
            named.forEach(it -> assertThat(help.get(command)).as(command).contains(it));
        });
    }

    @Test
    void filesOfTheConfigurationAreThere() {
        Pattern file = Pattern.compile("(?:etc/)?(io\\.sunaba\\.[a-z.]+\\.cfg)");
        Set<String> named = new TreeSet<>();
        for (String name : NAMES) {
            for (String span : Document.read(name).spans()) {
                Matcher matcher = file.matcher(span);
                if (matcher.matches()) {
                    named.add(requireNonNull(matcher.group(1)));
                }
            }
        }
        assertThat(named)
                .hasSizeGreaterThan(3)
                .allSatisfy(it -> assertThat(sunaba.home().resolve("etc").resolve(it)).exists());
    }

    /// A project of each kind that the archetype knows is whole.
    @ParameterizedTest
    @ValueSource(strings = {"factory", "hypervisor"})
    void archetypeMakesProjects(String kind) throws IOException {
        Path folder = Files.createDirectories(projects.folder().resolve("archetype"));
        projects.maven(
                folder,
                "--quiet",
                "org.apache.maven.plugins:maven-archetype-plugin:3.4.0:generate",
                "-DarchetypeGroupId=io.sunaba",
                "-DarchetypeArtifactId=io.sunaba.archetype",
                "-DarchetypeVersion=1.0.0-SNAPSHOT",
                "-DgroupId=com.acme",
                "-DartifactId=acme-" + kind,
                "-Dpackage=com.acme." + kind,
                "-Dkind=" + kind,
                "-Dname=acme");
        Path project = folder.resolve("acme-" + kind);
        // A hypervisor begins with checks that fail: they are what is to be done.
        String built =
                kind.equals("hypervisor")
                        ? projects.maven(project, "-DskipTests", "package")
                        : projects.maven(project, "package");
        assertThat(built).contains("BUILD SUCCESS");
        assertThat(project.resolve("target/acme-" + kind + "-1.0.0.jar")).exists();
        try (Stream<Path> files = Files.walk(project)) {
            assertThat(files.filter(it -> it.toString().endsWith(".java")).toList())
                    .hasSize(4)
                    .allSatisfy(it -> assertThat(read(it)).doesNotContain("${", "#if"));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.sunaba.hypervisor.clh;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.clh.server.Play;
import io.sunaba.hypervisor.clh.server.StrictServer;
import io.sunaba.tck.hypervisor.Console;
import io.sunaba.tck.hypervisor.HypervisorFixture;
import io.sunaba.vmm.PrivateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// The strict server in the place of Cloud Hypervisor, in a temporary directory.
final class ClhFixture implements HypervisorFixture {
    static final long MEBIBYTE = 1024 * 1024;

    private static final String UP = "strict guest is up";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final Play play;
    private final String binary;

    ClhFixture() throws IOException {
        directory = Files.createTempDirectory("clh");
        play = new Play(Files.createDirectory(directory.resolve("play")));
        Files.write(directory.resolve("kernel"), new byte[512]);
        Files.write(directory.resolve("initrd"), new byte[512]);
        Files.write(directory.resolve("root"), new byte[64 * 1024]);
        Files.createFile(directory.resolve("kvm"));
        binary = script("54.0", server());
    }

    private String server() {
        return "exec '%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xmx48m -cp '%s' %s '%s' \"$@\""
                .formatted(
                        System.getProperty("java.home"),
                        System.getProperty("java.class.path"),
                        StrictServer.class.getName(),
                        play.directory());
    }

    /// Writes a program that tells a version.
    ///
    /// @param rest what it does when it is not asked for it
    String script(String version, String rest) throws IOException {
        return script(
                "if [ \"$1\" = --version ]; then echo cloud-hypervisor v%s; exit; fi\n%s\n"
                        .formatted(version, rest));
    }

    String script(String text) throws IOException {
        Path script = Files.createTempFile(directory, "program", "");
        Files.writeString(script, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script.toString();
    }

    /// What is played for the machines, and seen by them.
    Play play() {
        return play;
    }

    ClhConfig settings() {
        return settings(binary);
    }

    ClhConfig settings(String program) {
        return settings(program, kvm(), Duration.ofSeconds(60));
    }

    ClhConfig settings(String program, Path kvm, Duration timeout) {
        return new ClhConfig(
                program, "", kvm, machineDirectory(), timeout, timeout, Duration.ofSeconds(20));
    }

    Path kvm() {
        return directory.resolve("kvm");
    }

    @Override
    public Hypervisor open() {
        return new ClhHypervisor(settings());
    }

    @Override
    public void close(Hypervisor hypervisor) {
        ((ClhHypervisor) hypervisor).deactivate();
    }

    @Override
    public HypervisorConfig config() {
        return config("quiet");
    }

    /// Returns the config of a machine whose guest does as its kernel arguments say.
    HypervisorConfig config(String arguments) {
        GuestImage guest =
                new GuestImage(
                        directory.resolve("kernel"),
                        directory.resolve("initrd"),
                        directory.resolve("root"),
                        arguments,
                        "strict");
        return new HypervisorConfig(
                "clh",
                "test",
                guest,
                1,
                2,
                128 * MEBIBYTE,
                256 * MEBIBYTE,
                false,
                Duration.ofSeconds(60));
    }

    @Override
    public void awaitUp(Machine machine) throws TimeoutException {
        Console.await(machine, UP, PATIENCE);
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public Path machineDirectory() {
        return directory.resolve("run");
    }

    @Override
    public void close() throws IOException {
        List<String> forbidden = play.forbiddenRequests();
        PrivateDirectory.delete(directory);
        assertThat(forbidden).as("forbidden requests").isEmpty();
    }
}

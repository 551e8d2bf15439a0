package io.sunaba.core.validation;

import static io.sunaba.core.validation.Rules.quoted;
import static io.sunaba.core.validation.Rules.require;
import static io.sunaba.core.validation.Rules.requireSize;

import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.Capabilities;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.Mount;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Rootfs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Rules for containers and processes.
public final class ContainerRules {
    private static final Pattern HOSTNAME = Pattern.compile("[a-zA-Z0-9]([a-zA-Z0-9.-]{0,62})?");
    private static final Pattern CAPABILITY = Pattern.compile("CAP_[A-Z_]{1,32}");
    private static final Pattern LIMIT = Pattern.compile("RLIMIT_[A-Z]{1,16}");
    private static final Pattern CPUS = Pattern.compile("\\d+(-\\d+)?(,\\d+(-\\d+)?)*");
    static final Pattern FILE_SYSTEM = Pattern.compile("[a-z0-9]{1,16}");

    private ContainerRules() {}

    public static void check(ContainerConfig config) {
        Rules.requireId("container id", config.id());
        check(config.rootfs());
        check(config.process());
        check(config.resources());
        if (config.hostname() != null) {
            requireHostname(config.hostname());
        }
        for (Mount mount : config.mounts()) {
            requireAbsolute("mount destination", mount.destination());
            require(!mount.type().isBlank(), "mount type", "''", "a file system type");
            if (mount.type().equals(Mount.DEVICE)) {
                DeviceRules.checkDestination("destination of a device", mount.destination());
            }
        }
        config.maskedPaths().forEach(path -> requireAbsolute("masked path", path));
        config.readOnlyPaths().forEach(path -> requireAbsolute("read-only path", path));
    }

    private static void check(Rootfs rootfs) {
        switch (rootfs) {
            case Rootfs.Packed(Path directory) -> {
                requireExists(directory);
                require(Files.isDirectory(directory), "rootfs", directory, "a directory");
            }
            case Rootfs.Image(Path file, String fileSystem) -> {
                requireExists(file);
                require(Files.isRegularFile(file), "rootfs image", file, "a file");
                require(
                        FILE_SYSTEM.matcher(fileSystem).matches(),
                        "file system of rootfs image " + file,
                        quoted(fileSystem),
                        "a type such as erofs");
            }
            case Rootfs.Shared(Path directory) ->
                    throw new RejectedException(
                            "rootfs is the shared directory %s: that is not supported by this version"
                                    .formatted(directory));
        }
    }

    private static void requireExists(Path path) {
        require(Files.exists(path), "rootfs", path, "there, and it is not");
        require(Files.isReadable(path), "rootfs", path, "readable");
    }

    public static void check(ProcessConfig process) {
        List<String> arguments = process.arguments();
        require(
                !arguments.isEmpty() && !arguments.getFirst().isEmpty(),
                "command",
                "empty",
                "a program and its arguments");
        arguments.forEach(argument -> requireNoNul("argument", argument));
        for (String variable : process.environment()) {
            requireNoNul("environment variable", variable);
            require(
                    variable.indexOf('=') > 0,
                    "environment variable",
                    quoted(variable),
                    "of the form NAME=value");
        }
        requireAbsolute("working directory", process.workingDirectory());
        require(
                process.user().name().matches("[^\\s:]+(:[^\\s:]+)?"),
                "user",
                quoted(process.user().name()),
                "a user or user:group");
        if (process.capabilities() != null) {
            check(process.capabilities());
        }
        requireRange("OOM score adjustment", (long) process.oomScoreAdjustment(), -1000, 1000);
        if (process.terminalSize() != null) {
            requireSize(process.terminalSize().rows(), process.terminalSize().columns());
        }
        for (ProcessConfig.ResourceLimit limit : process.resourceLimits()) {
            require(
                    LIMIT.matcher(limit.type()).matches(),
                    "resource limit",
                    quoted(limit.type()),
                    "a name such as RLIMIT_NOFILE");
            require(
                    Long.compareUnsigned(limit.soft(), limit.hard()) <= 0,
                    "soft " + limit.type(),
                    limit.soft(),
                    "at most the hard one, " + limit.hard());
        }
    }

    private static void check(Capabilities capabilities) {
        Stream.of(
                        capabilities.bounding(),
                        capabilities.effective(),
                        capabilities.permitted(),
                        capabilities.inheritable(),
                        capabilities.ambient())
                .flatMap(List::stream)
                .forEach(name ->
                        require(
                                CAPABILITY.matcher(name).matches(),
                                "capability",
                                quoted(name),
                                "a name such as CAP_CHOWN"));
    }

    public static void check(Resources resources) {
        requireRange("cpu shares", resources.cpuShares(), 2, 262144);
        requireLimit("cpu quota", resources.cpuQuotaMicros(), 1000);
        requireRange("cpu period", resources.cpuPeriodMicros(), 1000, 1_000_000);
        requireLimit("memory limit", resources.memoryLimitBytes(), 4096);
        requireLimit("process limit", resources.processLimit(), 1);
        if (resources.cpus() != null) {
            require(
                    CPUS.matcher(resources.cpus()).matches(),
                    "cpus",
                    quoted(resources.cpus()),
                    "a list such as 0-1,3");
        }
    }

    private static void requireRange(String what, @Nullable Long value, long least, long most) {
        if (value != null) {
            require(value >= least && value <= most, what, value, least + " to " + most);
        }
    }

    private static void requireLimit(String what, @Nullable Long value, long least) {
        if (value != null) {
            require(
                    value == -1 || value >= least,
                    what,
                    value,
                    "at least " + least + ", or -1 for no limit");
        }
    }

    static void requireHostname(String hostname) {
        require(
                HOSTNAME.matcher(hostname).matches(),
                "hostname",
                quoted(hostname),
                "1 to 63 characters of a-z A-Z 0-9 . -, a letter or digit first");
    }

    private static void requireAbsolute(String what, String path) {
        requireNoNul(what, path);
        require(path.startsWith("/"), what, quoted(path), "an absolute path");
    }

    private static void requireNoNul(String what, String value) {
        require(value.indexOf('\0') < 0, what, quoted(value), "without a NUL character");
    }
}

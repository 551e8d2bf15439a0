package io.sunaba.shell.device;

import static java.util.Objects.requireNonNull;

import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.Syntax;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The commands `device:*`.
public final class DeviceCommands {
    private static final Option BLOCK =
            Option.value("block", "FILE", "a disk: an image file or a block device of the host");
    private static final Option SHARE =
            Option.value("share", "DIR", "a directory of the host, shared live");
    private static final Option ID = Option.value("id", "ID", "its id (one is made up)");
    private static final Option CONTAINER =
            Option.value("container", "CONTAINER", "the container that is to see it");
    private static final Option DESTINATION =
            Option.value(
                    "destination",
                    "PATH",
                    "where in the container: the directory to mount it on, or the device file");
    private static final Option FILE_SYSTEM =
            Option.value(
                    "file-system",
                    "FSTYPE",
                    "mount the disk, as ext4 for example (hand over the device itself)");
    private static final Option READ_ONLY = Option.flag("read-only", "the guest may only read");
    private static final Option FORMAT =
            Option.value("format", "FORMAT", "the disk's format: raw or qcow2 (raw)");
    private static final Option CACHE =
            Option.value(
                    "cache", "MODE", "how the host caches it: writeback, none, unsafe (writeback)");
    private static final Option SERIAL =
            Option.value("serial", "TEXT", "the serial number that the guest sees (its id)");

    private final Supplier<Sandboxes> sandboxes;

    /// @param sandboxes gives the API, or fails if it is not there just now
    public DeviceCommands(Supplier<Sandboxes> sandboxes) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
    }

    public List<Command> list() {
        return List.of(
                new Command(
                        syntax("add", "Add a disk or a shared directory to a sandbox", "SANDBOX")
                                .with(BLOCK, SHARE, ID, CONTAINER, DESTINATION, FILE_SYSTEM)
                                .with(READ_ONLY, FORMAT, CACHE, SERIAL),
                        this::add),
                new Command(
                        syntax("list", "List the storage devices of a sandbox", "SANDBOX"),
                        call -> fetch(call).listDevices().stream().map(DeviceStatus::of).toList()),
                new Command(
                        syntax(
                                "remove",
                                "Remove a storage device from a sandbox",
                                "SANDBOX",
                                "DEVICE"),
                        this::remove));
    }

    private DeviceStatus add(Call call) throws InterruptedException {
        DeviceInfo info = info(call);
        return DeviceStatus.of(fetch(call).addDevice(info));
    }

    private static DeviceInfo info(Call call) {
        Arguments arguments = call.arguments();
        if (arguments.flag(BLOCK.name()) == arguments.flag(SHARE.name())) {
            throw arguments.wrong("one of --block and --share must be given");
        }
        return arguments.flag(BLOCK.name()) ? block(call) : share(call);
    }

    private static DeviceInfo block(Call call) {
        Arguments arguments = call.arguments();
        return new DeviceInfo.Block(
                arguments.option(ID.name()).orElseGet(() -> random("disk")),
                arguments.option(CONTAINER.name()).orElse(null),
                arguments.option(DESTINATION.name()).orElse(null),
                call.path(arguments.requireOption(BLOCK.name())),
                word(arguments, FORMAT, DiskSpec.Format.values(), DiskSpec.Format.RAW),
                arguments.flag(READ_ONLY.name()),
                word(arguments, CACHE, DiskSpec.Cache.values(), DiskSpec.Cache.WRITEBACK),
                arguments.option(SERIAL.name()).orElse(null),
                arguments.option(FILE_SYSTEM.name()).orElse(null));
    }

    private static DeviceInfo share(Call call) {
        Arguments arguments = call.arguments();
        for (Option option : List.of(FILE_SYSTEM, FORMAT, CACHE, SERIAL)) {
            if (arguments.flag(option.name())) {
                throw arguments.wrong("--%s is for disks".formatted(option.name()));
            }
        }
        return new DeviceInfo.Share(
                arguments.option(ID.name()).orElseGet(() -> random("share")),
                arguments.option(CONTAINER.name()).orElse(null),
                arguments.option(DESTINATION.name()).orElse(null),
                call.path(arguments.requireOption(SHARE.name())),
                arguments.flag(READ_ONLY.name()));
    }

    private static <E extends Enum<E>> E word(
            Arguments arguments, Option option, E[] values, E usual) {
        String text = arguments.option(option.name()).orElse(word(usual));
        return Arrays.stream(values)
                .filter(value -> word(value).equals(text))
                .findFirst()
                .orElseThrow(() ->
                        arguments.wrong(
                                "--%s %s: not one of %s"
                                        .formatted(
                                                option.name(),
                                                text,
                                                Arrays.stream(values)
                                                        .map(DeviceCommands::word)
                                                        .collect(Collectors.joining(", ")))));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String random(String kind) {
        return kind + "-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    private @Nullable Object remove(Call call) throws InterruptedException {
        fetch(call).removeDevice(call.arguments().operand(1));
        return null;
    }

    private Sandbox fetch(Call call) throws InterruptedException {
        return sandboxes.get().fetch(call.arguments().operand(0));
    }

    private static Syntax syntax(String name, String summary, String... operands) {
        return new Syntax("device", name, summary, operands);
    }
}

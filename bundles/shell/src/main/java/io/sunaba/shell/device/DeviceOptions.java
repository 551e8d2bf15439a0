package io.sunaba.shell.device;

import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Option;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The options that give a container storage devices when it is created with its sandbox.
public final class DeviceOptions {
    private static final Option DISK =
            Option.values(
                    "disk",
                    "FILE:PATH[:ro][,fs=ext4][,format=qcow2]",
                    "a disk, mounted on PATH; without fs, as the device file PATH");
    private static final Option VOLUME =
            Option.values("volume", "DIR:PATH[:ro]", "a directory of the host, shared live");

    private DeviceOptions() {}

    public static Option[] all() {
        return new Option[] {DISK, VOLUME};
    }

    /// Returns the devices that a call asks for.
    ///
    /// @param containerId the container that is to see them
    public static List<DeviceInfo> devices(Call call, String containerId) {
        List<DeviceInfo> devices = new ArrayList<>();
        for (String text : call.arguments().options(DISK.name())) {
            devices.add(disk(call, containerId, "disk-" + (devices.size() + 1), text));
        }
        for (String text : call.arguments().options(VOLUME.name())) {
            devices.add(volume(call, containerId, "volume-" + (devices.size() + 1), text));
        }
        return devices;
    }

    /// What is common to both, such as `data.img:/srv/data:ro`.
    private record Place(String source, String path, boolean readOnly) {
        static Place parse(Arguments arguments, Option option, String text) {
            String[] parts = text.split(":", -1);
            boolean readOnly = parts.length == 3 && parts[2].equals("ro");
            if ((parts.length != 2 && !readOnly) || parts[0].isEmpty()) {
                throw arguments.wrong(
                        "--%s %s: not of the form %s"
                                .formatted(option.name(), text, option.argument()));
            }
            return new Place(parts[0], parts[1], readOnly);
        }
    }

    private static DeviceInfo disk(Call call, String containerId, String id, String text) {
        Arguments arguments = call.arguments();
        String[] words = text.split(",", -1);
        Place place = Place.parse(arguments, DISK, words[0]);
        @Nullable String fileSystem = null;
        DiskSpec.Format format = DiskSpec.Format.RAW;
        for (String word : List.of(words).subList(1, words.length)) {
            if (word.startsWith("fs=")) {
                fileSystem = word.substring("fs=".length());
            } else if (word.equals("format=qcow2")) {
                format = DiskSpec.Format.QCOW2;
            } else if (!word.equals("format=raw")) {
                throw arguments.wrong("--disk %s: %s is unknown".formatted(text, word));
            }
        }
        return new DeviceInfo.Block(
                id,
                containerId,
                place.path(),
                call.path(place.source()),
                format,
                place.readOnly(),
                DiskSpec.Cache.WRITEBACK,
                null,
                fileSystem);
    }

    private static DeviceInfo volume(Call call, String containerId, String id, String text) {
        Place place = Place.parse(call.arguments(), VOLUME, text);
        return new DeviceInfo.Share(
                id, containerId, place.path(), call.path(place.source()), place.readOnly());
    }
}

package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Loads kernel modules: for devices that are there, for those that come, and by name.
///
/// Starting modprobe takes longer than most of what a host asks for, so it is only started when
/// there is a module and it is not loaded.
final class Drivers {
    private static final String MODPROBE = "/sbin/modprobe";
    private static final Path LOADED = Path.of("/sys/module");

    private final SystemCalls calls;
    private final Reaper reaper;
    private final int console = 2;
    private @Nullable ModuleAliases aliases;
    private volatile boolean presentLoaded;

    Drivers(SystemCalls calls, Reaper reaper) {
        this.calls = calls;
        this.reaper = reaper;
    }

    /// Finds out what modules there are, before a device makes anybody wait for that.
    void prepare() throws IOException {
        modulesFor("");
    }

    /// Loads the modules for all devices without a driver, and some by name, and waits for that.
    /// Modules that are not there are no error: most devices have none.
    void loadPresent(String... names) throws IOException {
        Set<String> wanted = new LinkedHashSet<>(List.of(names));
        for (String bus : List.of("virtio", "pci")) {
            Path devices = Path.of("/sys/bus", bus, "devices");
            if (!Files.isDirectory(devices)) {
                continue;
            }
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(devices)) {
                for (Path device : entries) {
                    if (!Files.exists(device.resolve("driver"))) {
                        wanted.addAll(modulesFor(readModalias(device)));
                    }
                }
            }
        }
        load(wanted).join();
        presentLoaded = true;
    }

    /// Loads the modules for devices that came before anybody told of them. Does so once.
    void awaitPresent() throws IOException {
        if (!presentLoaded) {
            loadPresent();
        }
    }

    private static String readModalias(Path device) throws IOException {
        try {
            return Files.readString(device.resolve("modalias")).strip();
        } catch (NoSuchFileException e) {
            // It went away this moment.
            return "";
        }
    }

    /// Loads what a device that came needs, without waiting for that.
    void load(Uevents.Event event) {
        if (event.action().equals("add") && !event.modalias().isEmpty()) {
            try {
                var _ = load(modulesFor(event.modalias()));
            } catch (IOException e) {
                Log.warn("loading a driver for " + event.device(), e);
            }
        }
    }

    private synchronized List<String> modulesFor(String modalias) throws IOException {
        if (aliases == null) {
            aliases = ModuleAliases.ofRunningKernel();
        }
        return aliases.modulesFor(modalias);
    }

    /// Loads modules, those aside that are loaded.
    private CompletableFuture<Integer> load(Collection<String> modules) throws IOException {
        List<String> command = new ArrayList<>(List.of(MODPROBE, "-q", "-a"));
        int words = command.size();
        for (String module : modules) {
            if (!Files.exists(LOADED.resolve(module))) {
                command.add(module);
            }
        }
        return command.size() == words ? CompletableFuture.completedFuture(0) : start(command);
    }

    /// Loads a module with parameters. It must be there.
    void load(String name, List<String> parameters) throws IOException {
        List<String> command = new ArrayList<>(List.of(MODPROBE, name));
        command.addAll(parameters);
        int code = start(command).join();
        if (code != 0) {
            throw Failures.invalid("kernel module " + name + " cannot be loaded");
        }
    }

    private CompletableFuture<Integer> start(List<String> command) throws IOException {
        return reaper.start(() -> calls.spawn(command, Map.of(), console, console, console));
    }
}

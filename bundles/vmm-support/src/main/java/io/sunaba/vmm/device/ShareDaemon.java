package io.sunaba.vmm.device;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.sunaba.error.UnavailableException;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.PrivateDirectory;
import io.sunaba.vmm.Program;
import io.sunaba.vmm.TextTail;
import io.sunaba.vmm.UnixSockets;
import io.sunaba.vmm.machine.MachineFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The process that serves one shared directory of one machine, and its files.
///
/// There is a note of it in the machine's directory, from before it is started until it is gone, so
/// that it is found whenever the platform died.
///
/// @param files the machine's files
/// @param device the name of the device that it serves
/// @param slot the number of the device's slot
/// @param process the process, or null while it is being started
public record ShareDaemon(
        MachineFiles files, String device, int slot, @Nullable HostProcess process) {
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(2);
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);
    private static final int LAST_WORDS = 3;

    /// Starts a daemon and returns when it listens. On failure there is none.
    ///
    /// @throws UnavailableException if it does not come up; the message ends with its last words
    public static ShareDaemon start(
            MachineFiles files,
            Device device,
            Virtiofsd virtiofsd,
            Path directory,
            boolean readOnly)
            throws InterruptedException {
        ShareDaemon daemon = new ShareDaemon(files, device.name(), device.slot(), null);
        boolean ready = false;
        try {
            daemon.write();
            List<String> command =
                    virtiofsd.command(directory.toRealPath(), readOnly, daemon.socket());
            Process child =
                    new Program(Path.of(command.getFirst()))
                            .startDetached(command.subList(1, command.size()), daemon.log());
            daemon = daemon.identified(child);
            daemon.awaitReady(child, directory);
            ready = true;
            return daemon;
        } catch (IOException e) {
            throw new UnavailableException("cannot share directory " + directory, e);
        } finally {
            if (!ready) {
                daemon.end();
            }
        }
    }

    private ShareDaemon identified(Process child) throws IOException {
        ShareDaemon known =
                new ShareDaemon(files, device, slot, HostProcess.find(child.pid()).orElse(null));
        known.write();
        return known;
    }

    private void awaitReady(Process child, Path directory) throws InterruptedException {
        long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
        while (!UnixSockets.listens(socket())) {
            if (!child.isAlive() || System.nanoTime() > deadline) {
                throw new UnavailableException(
                        "cannot share directory %s: virtiofsd %s: %s"
                                .formatted(
                                        directory,
                                        child.isAlive()
                                                ? "is not ready after "
                                                        + READY_TIMEOUT.toSeconds()
                                                        + " s"
                                                : "ended with status " + child.exitValue(),
                                        lastWords()));
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    /// Reads the note of a daemon. One that cannot be read is of a daemon that was being started.
    public static ShareDaemon of(MachineFiles files, String device) {
        try {
            JsonObject json =
                    JsonParser.parseString(Files.readString(files.note(device))).getAsJsonObject();
            return new ShareDaemon(
                    files,
                    device,
                    json.get("slot").getAsInt(),
                    json.has("pid")
                            ? new HostProcess(
                                    json.get("pid").getAsLong(), json.get("startTicks").getAsLong())
                            : null);
        } catch (IOException
                | JsonParseException
                | IllegalStateException
                | NullPointerException
                | UnsupportedOperationException e) {
            throw new UnavailableException(
                    "cannot read %s of machine %s".formatted(files.note(device), files.id()), e);
        }
    }

    /// Ends the daemons of a machine that is gone.
    public static void endAll(MachineFiles files) {
        for (String name : files.noted()) {
            if (DeviceKind.SHARE.names(name)) {
                of(files, name).end();
            }
        }
    }

    private void write() throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("slot", slot);
        if (process != null) {
            json.addProperty("pid", process.pid());
            json.addProperty("startTicks", process.startTicks());
        }
        PrivateDirectory.write(files.note(device), json.toString());
    }

    public Path socket() {
        return files.shareSocket(slot);
    }

    private Path log() {
        return files.shareLog(slot);
    }

    /// Returns what it printed last, on one line.
    public String lastWords() {
        return String.join("; ", TextTail.lines(log(), LAST_WORDS));
    }

    /// Finds the process; empty if it has ended.
    public Optional<HostProcess> living() {
        String argument = Virtiofsd.socketArgument(socket());
        if (process != null) {
            return Optional.of(process).filter(known -> known.hasArgument(argument));
        }
        // The platform died between the start of the process and the note of its pid.
        return HostProcess.withArgument(argument).stream().findFirst();
    }

    /// Ends the process, if it lives, and removes all that is of it. Not interruptible.
    public void end() {
        living().ifPresent(alive -> {
            alive.kill();
            if (!alive.awaitEnd(KILL_TIMEOUT)) {
                throw new UnavailableException(
                        "process %d of machine %s does not die".formatted(alive.pid(), files.id()));
            }
        });
        try {
            for (Path file : List.of(Virtiofsd.lock(socket()), socket(), log())) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(files.note(device));
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot remove the files of %s of machine %s".formatted(device, files.id()), e);
        }
    }
}

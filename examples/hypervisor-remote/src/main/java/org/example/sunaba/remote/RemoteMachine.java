package org.example.sunaba.remote;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.DiskSpec;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.PciPath;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/// A handle of one of the daemon's machines. What there is to know of it the daemon knows.
final class RemoteMachine implements Machine, DiskHotplug {
    /// All that is needed to find a machine again is its id.
    static final String DATA = "vmmd 1";

    private final Daemon daemon;
    private final String id;
    private final ExitWatch watch;
    private final Consumer<RemoteMachine> forget;
    private volatile String owner;

    RemoteMachine(Daemon daemon, String id, String owner, Consumer<RemoteMachine> forget) {
        this.daemon = daemon;
        this.id = id;
        this.owner = owner;
        this.forget = forget;
        this.watch = new ExitWatch(daemon, id);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public MachineState state() {
        try {
            List<String> found = daemon.call("STATE", id);
            owner = found.get(1);
            return MachineState.valueOf(found.get(0));
        } catch (NotFoundException _) {
            return MachineState.GONE;
        }
    }

    private List<String> change(String verb, String... words) {
        String[] request = new String[words.length + 1];
        request[0] = id;
        System.arraycopy(words, 0, request, 1, words.length);
        try {
            return daemon.call(verb, request);
        } catch (NotFoundException e) {
            throw new ConflictException("machine " + id + " is GONE", e);
        }
    }

    @Override
    public void start() {
        change("START");
    }

    @Override
    public void pause() {
        change("PAUSE");
    }

    @Override
    public void resume() {
        change("RESUME");
    }

    @Override
    public void stop() {
        daemon.call("DESTROY", id);
    }

    @Override
    public CompletionStage<MachineExit> exited() {
        return watch.exit();
    }

    @Override
    public MachineRecord record() {
        state();
        return new MachineRecord(id, owner, DATA);
    }

    @Override
    public void assign(String newOwner) {
        change("OWNER", newOwner);
    }

    @Override
    public AgentEndpoint agentEndpoint() {
        return new AgentEndpoint.SerialPort(
                daemon.directory().resolve("machines").resolve(id).resolve("agent"));
    }

    @Override
    public List<String> consoleTail(int maximumLines) {
        try {
            return daemon.call("CONSOLE", id, Integer.toString(maximumLines));
        } catch (NotFoundException _) {
            return List.of();
        }
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        MachineState state = state();
        if (state == MachineState.GONE) {
            throw new ConflictException("machine " + id + " is GONE");
        }
        if (kind != DiskHotplug.class) {
            throw new RejectedException("machine %s has no %s".formatted(id, kind.getSimpleName()));
        }
        return kind.cast(this);
    }

    @Override
    public PciPath plugDisk(DiskSpec disk) {
        Rules.check(disk);
        List<String> slot =
                change(
                        "PLUG",
                        disk.id(),
                        disk.file().toString(),
                        disk.format().name().toLowerCase(Locale.ROOT),
                        disk.readOnly() ? "ro" : "rw",
                        disk.cache().name(),
                        Objects.requireNonNullElse(disk.serial(), disk.id()));
        return new PciPath("08/%02x".formatted(Integer.parseInt(slot.getFirst())));
    }

    @Override
    public void unplugDisk(String diskId) {
        change("UNPLUG", diskId);
    }

    @Override
    public void close() {
        watch.close();
        forget.accept(this);
    }
}

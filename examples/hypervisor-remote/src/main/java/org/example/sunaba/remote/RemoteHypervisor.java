package org.example.sunaba.remote;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/// Has a daemon make machines, and knows nothing of how: the way to drive a hypervisor whose own
/// management one cannot or must not touch.
@Component(
        service = Hypervisor.class,
        configurationPid = "org.example.sunaba.hypervisor.remote",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Hypervisor.NAME + "=remote")
@Designate(ocd = Settings.class)
public final class RemoteHypervisor implements Hypervisor {
    private final Daemon daemon;
    private final Set<RemoteMachine> handles = ConcurrentHashMap.newKeySet();

    @Activate
    public RemoteHypervisor(Settings settings) {
        this(Path.of(settings.directory()));
    }

    RemoteHypervisor(Path directory) {
        this.daemon = new Daemon(directory);
    }

    /// Drops all handles. The machines are the daemon's, and go on.
    @Deactivate
    public void close() {
        handles.forEach(RemoteMachine::close);
    }

    @Override
    public HypervisorCapabilities capabilities() {
        List<String> hello = daemon.call("HELLO");
        return new HypervisorCapabilities(
                hello.get(0),
                hello.get(1),
                Rules.MOST_VCPUS,
                Rules.LEAST_MEMORY,
                Set.of(DiskHotplug.class));
    }

    @Override
    public Machine create(MachineSpec spec) throws InterruptedException {
        Rules.check(spec);
        HypervisorConfig config = spec.config();
        daemon.call(
                "CREATE",
                spec.id(),
                config.owner(),
                config.guest().kernel().toString(),
                config.guest().initrd().toString(),
                config.guest().rootDisk().toString(),
                config.guest().kernelArguments(),
                Integer.toString(config.vcpus()),
                Long.toString(config.memoryBytes()));
        if (Thread.interrupted()) {
            destroy(spec.id());
            throw new InterruptedException("interrupted while machine was created: " + spec.id());
        }
        return handle(spec.id(), config.owner());
    }

    @Override
    public Machine attach(MachineRecord record) {
        if (!Rules.isId(record.id()) || !record.data().equals(RemoteMachine.DATA)) {
            throw new RejectedException(
                    "the record of machine %s is none of this hypervisor".formatted(record.id()));
        }
        List<String> found = daemon.call("LOOK", record.id());
        if (found.get(0).equals(MachineState.GONE.name())) {
            throw new NotFoundException("machine " + record.id() + " is gone");
        }
        return handle(record.id(), found.get(1));
    }

    private RemoteMachine handle(String id, String owner) {
        RemoteMachine machine = new RemoteMachine(daemon, id, owner, handles::remove);
        handles.add(machine);
        return machine;
    }

    @Override
    public List<MachineRecord> machines() {
        List<String> words = daemon.call("LIST");
        List<MachineRecord> records = new ArrayList<>();
        for (int i = 0; i + 1 < words.size(); i += 2) {
            records.add(new MachineRecord(words.get(i), words.get(i + 1), RemoteMachine.DATA));
        }
        return records;
    }

    @Override
    public void destroy(String machineId) {
        if (Rules.isId(machineId)) {
            daemon.call("DESTROY", machineId);
        }
    }

    @Override
    public <T extends Ability> T ability(Class<T> kind) {
        throw new RejectedException("hypervisor remote has no " + kind.getSimpleName());
    }
}

package io.sunaba.vmm.machine;

import io.sunaba.hypervisor.MachineUsage;
import io.sunaba.vmm.HostProcess;
import io.sunaba.vmm.ProcessUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What the processes of a machine use.
public final class Usage {
    private Usage() {}

    /// Measures a machine's VMM and its helpers.
    public static MachineUsage of(Vm vm, List<HostProcess> helpers) {
        ProcessUsage own = vm.process().usage().orElseThrow(() -> vm.gone("measure"));
        Duration cpuTime = own.cpuTime();
        long resident = own.residentBytes();
        long proportional = own.proportionalBytes();
        int threads = own.threads();
        int openFiles = own.openFiles();
        List<Long> ids = new ArrayList<>(List.of(vm.process().pid()));
        for (HostProcess helper : helpers) {
            ProcessUsage use = helper.usage().orElse(null);
            if (use != null) {
                cpuTime = cpuTime.plus(use.cpuTime());
                resident += use.residentBytes();
                proportional += use.proportionalBytes();
                threads += use.threads();
                openFiles += use.openFiles();
                ids.add(helper.pid());
            }
        }
        return new MachineUsage(cpuTime, resident, proportional, threads, openFiles, ids);
    }
}

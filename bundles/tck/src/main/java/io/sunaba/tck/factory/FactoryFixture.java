package io.sunaba.tck.factory;

import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineRecord;
import java.util.List;

/// A host with the plugins that a VM factory builds on, and a place for the factory, empty at
/// first. Closing the fixture removes it.
///
/// The hypervisor and the agent may be fakes: what is looked at is what the factory does with them.
public interface FactoryFixture extends AutoCloseable {
    /// What a check does to the host; closing it ends that.
    interface Trouble extends AutoCloseable {
        @Override
        void close();
    }

    /// Opens the factory as the plugin's activation does: always over the same place.
    VmFactory open() throws Exception;

    /// Opens the factory with a configuration one of whose values breaks a rule.
    ///
    /// @param value a value that is no path, name or number that any factory would take
    void openMisconfigured(String value) throws Exception;

    /// Closes what [#open] returned, as the plugin's deactivation does.
    void close(VmFactory factory) throws Exception;

    /// Waits until the factory can serve a request of [#config]: what it makes machines of is made,
    /// or a machine waits. Does nothing for one that always can.
    void ready(VmFactory factory) throws Exception;

    /// Returns what a small machine is to be, of a hypervisor that the factory can work with.
    HypervisorConfig config(String owner);

    /// Lists all machines on the host, whoever's they are.
    List<MachineRecord> machines() throws Exception;

    /// Returns how many connections to agents are open.
    int sessions();

    /// From now on no agent answers, over no connection; a request hangs in its middle.
    Trouble silence();

    /// From now on machines die as soon as their guest is to go on.
    Trouble death();
}

package io.sunaba.factory;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// The pools of a VM factory that keeps machines in store. Such a factory registers this service
/// beside its [VmFactory], with the same name.
///
/// May be called from any thread, any number of times at once.
@ConsumerType
public interface VmPools {
    /// Lists the pools, one a class of machines.
    List<VmPool> list();

    /// Changes how many machines a pool keeps, until the configuration changes or the factory
    /// stops. Surplus machines are ended; missing ones are made in the background.
    ///
    /// @throws io.sunaba.error.NotFoundException if there is no pool of that id
    /// @throws io.sunaba.error.RejectedException if the size is below 0 or takes more memory than
    ///   the configuration grants
    void resize(String poolId, int target) throws InterruptedException;

    /// Ends the machines that a pool keeps and forgets the pool; the next request of its class
    /// begins it anew. Machines that were handed out go on.
    ///
    /// @throws io.sunaba.error.NotFoundException if there is no pool of that id
    void drain(String poolId) throws InterruptedException;
}

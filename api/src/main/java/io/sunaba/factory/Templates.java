package io.sunaba.factory;

import io.sunaba.hypervisor.HypervisorConfig;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// The templates of a VM factory that clones machines. Such a factory registers this service beside
/// its [VmFactory], with the same name.
///
/// May be called from any thread, any number of times at once.
@ConsumerType
public interface Templates {
    /// Lists the templates, those under way too, oldest first.
    List<Template> list();

    /// Returns the template for machines like this, made now if there is none. Of concurrent calls
    /// one makes it, the others wait for it. Interrupting a caller does not end the making.
    ///
    /// @param config the machine; its owner does not matter
    /// @throws io.sunaba.error.RejectedException if there can be no template of such a machine,
    ///   such as for want of an ability of the hypervisor
    /// @throws io.sunaba.error.UnavailableException if its making failed; nothing is left of it
    Template create(HypervisorConfig config) throws InterruptedException;

    /// Removes a template. Machines that were cloned from it go on; one that is being made is given
    /// up.
    ///
    /// @throws io.sunaba.error.NotFoundException if there is none of that id
    void delete(String templateId) throws InterruptedException;

    /// Reads a template whole and compares it with what was written. One that is damaged is
    /// removed, and made again when it is next wanted.
    ///
    /// @throws io.sunaba.error.NotFoundException if there is none of that id
    /// @throws io.sunaba.error.RejectedException if it is damaged; the message names the file
    void verify(String templateId) throws InterruptedException;
}

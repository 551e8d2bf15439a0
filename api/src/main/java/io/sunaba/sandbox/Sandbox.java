package io.sunaba.sandbox;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// A sandbox: a virtual machine with containers in it. Implemented by the core.
///
/// All operations may be called from any thread. Those that change a sandbox exclude each other;
/// those that read run side by side; waiting ([#waitProcess], [#getOomEvent], reading a stream)
/// holds nobody up. Each fails with
///
/// - [io.sunaba.error.ConflictException] in a state that forbids it (see [SandboxState] and
///   [ContainerState]; the message names state and operation),
/// - [io.sunaba.error.NotFoundException] for a container, process or device that it does not have,
///   and when the sandbox was deleted meanwhile,
/// - [io.sunaba.error.RejectedException] for an argument that breaks a rule,
/// - [io.sunaba.error.UnavailableException] or [io.sunaba.error.TimedOutException] when a plugin,
///   the VM or the agent does not answer.
///
/// A process is named by its container's id and its own; a container's first process bears the
/// container's id.
@ProviderType
public interface Sandbox {
    /// Returns the id, unique among the sandboxes of a platform.
    String id();

    // ---- operation -----------------------------------------------------------------------------

    /// Starts the sandbox and the containers it has. Legal in `READY` and `STOPPED`; a stopped
    /// sandbox boots a new VM and creates its containers anew.
    void start() throws InterruptedException;

    /// Stops the containers and ends the VM. Does nothing in `STOPPED`.
    ///
    /// @param force whether to go on when the guest fails or is silent; the VM always ends then
    void stop(boolean force) throws InterruptedException;

    /// Ends the VM and removes the sandbox with all that was stored of it. Legal in `READY`,
    /// `PAUSED` and `STOPPED`.
    void delete() throws InterruptedException;

    /// Changes the size of the VM, in `STOPPED` that of the next one. It stays larger as long as
    /// the limits of its containers add up to more, and if the guest does not give memory back; the
    /// status tells what it has.
    ///
    /// @param vcpus virtual CPUs, or null for as many as before
    /// @param memoryBytes memory, or null for as much as before
    /// @throws io.sunaba.error.RejectedException beyond what the configuration, the host or the VM
    ///   allows, or if its hypervisor cannot resize; nothing changed
    SandboxStatus resize(@Nullable Integer vcpus, @Nullable Long memoryBytes)
            throws InterruptedException;

    /// Drops everything that this process holds of the sandbox: connections, threads, handles. VM
    /// and records stay; [Sandboxes#fetch] connects again. This object is of no use afterwards.
    void release() throws InterruptedException;

    /// Returns the status of the sandbox and its containers, as known here; does not ask the guest.
    SandboxStatus status();

    /// Measures the sandbox: its host processes, and its containers if they run.
    SandboxStats stats() throws InterruptedException;

    /// Follows the sandbox's events from now on. Close the monitor after use.
    SandboxMonitor monitor();

    // ---- containers ----------------------------------------------------------------------------

    /// Creates a container in the sandbox without starting it. Legal in `READY` and `RUNNING`. If
    /// the limits of its containers add up to more than the VM has, it grows: by CPUs up to its
    /// maximum, and by memory.
    ///
    /// @throws io.sunaba.error.RejectedException also if the VM cannot have that much memory
    /// @throws io.sunaba.error.ConflictException if a container of that id exists
    ContainerStatus createContainer(ContainerConfig config) throws InterruptedException;

    /// Deletes a container and all that the guest and the host hold of it, and returns its last
    /// status. Legal for a container in `READY` or `STOPPED`.
    ContainerStatus deleteContainer(String containerId) throws InterruptedException;

    /// Starts a container. Legal for `READY` and `STOPPED`; a stopped one is created anew.
    ContainerStatus startContainer(String containerId) throws InterruptedException;

    /// Ends a container: `SIGTERM`, then after the configured time `SIGKILL`. Does nothing in
    /// `STOPPED`.
    ///
    /// @param force whether to kill at once, and to count it as stopped even if the guest is silent
    ContainerStatus stopContainer(String containerId, boolean force) throws InterruptedException;

    /// Runs a new process in a container. Legal for `READY` and `RUNNING`.
    ///
    /// Its environment is that of the container's first process with its own variables added.
    ///
    /// @return the new process's id
    String enterContainer(String containerId, ProcessConfig process) throws InterruptedException;

    /// Signals a container's first process, or all its processes. Killing what is dead is no error.
    ///
    /// @param signal the signal's number, 1 to 64
    void killContainer(String containerId, int signal, boolean all) throws InterruptedException;

    /// Freezes all processes of a container. Legal for `RUNNING`.
    void pauseContainer(String containerId) throws InterruptedException;

    /// Lets a frozen container go on. Legal for `PAUSED`.
    void resumeContainer(String containerId) throws InterruptedException;

    /// Lists the processes in a container.
    ///
    /// @param options `ps` options that choose columns, such as `-ef`; empty for the default
    ProcessList processListContainer(String containerId, List<String> options)
            throws InterruptedException;

    /// Measures a running container.
    ContainerStats statsContainer(String containerId) throws InterruptedException;

    /// Returns a container's status, as known here; does not ask the guest.
    ContainerStatus statusContainer(String containerId);

    /// Changes a container's resources; what is null in `resources` stays. The VM grows first if
    /// its containers may use more than it has, see [#createContainer], and gives back afterwards
    /// what they do not need.
    void updateContainer(String containerId, Resources resources) throws InterruptedException;

    /// Waits until a process has ended and returns how. Any number of callers may wait, also
    /// afterwards.
    ExitStatus waitProcess(String containerId, String processId) throws InterruptedException;

    // ---- hotplug -------------------------------------------------------------------------------

    /// Adds a storage device. Legal in `READY` and `RUNNING`. A container that it is for has it at
    /// once, running or not, and whenever it is started again. The sandbox has it, in each VM that
    /// it gets, until it is removed; once its container is deleted, it is nobody's. On failure
    /// nothing has changed.
    ///
    /// @throws io.sunaba.error.ConflictException if the id or the destination is taken, another VM
    ///   has locked the file, or there is no room for one more
    /// @throws io.sunaba.error.RejectedException also if the hypervisor or the agent cannot, or the
    ///   guest cannot mount the file system
    Device addDevice(DeviceInfo info) throws InterruptedException;

    /// Removes a storage device that was added; what was written is on it then. Legal in `READY`,
    /// `RUNNING` and `STOPPED`.
    ///
    /// @throws io.sunaba.error.ConflictException if a process uses its file system, or a container
    ///   names it among its mounts; nothing has changed
    void removeDevice(String deviceId) throws InterruptedException;

    /// Lists the storage devices that were added, oldest first, as known here.
    List<Device> listDevices();

    /// Adds a network interface and returns it as the guest has it.
    Interface addInterface(Interface networkInterface) throws InterruptedException;

    /// Removes a network interface by its name.
    Interface removeInterface(String name) throws InterruptedException;

    /// Lists the guest's network interfaces as the guest has them.
    List<Interface> listInterfaces() throws InterruptedException;

    /// Replaces the guest's routes, those of connected networks aside, and returns what is in
    /// force.
    List<Route> updateRoutes(List<Route> routes) throws InterruptedException;

    /// Lists the guest's routes.
    List<Route> listRoutes() throws InterruptedException;

    // ---- relay ---------------------------------------------------------------------------------

    /// Tells a process's terminal its size in character cells.
    void winsizeProcess(String containerId, String processId, int height, int width)
            throws InterruptedException;

    /// Signals a process, or all processes of its container.
    void signalProcess(String containerId, String processId, int signal, boolean all)
            throws InterruptedException;

    /// Opens a process's standard streams. Each process has one reader: a second call fails with a
    /// [io.sunaba.error.ConflictException] until the first is closed.
    ProcessStreams ioStream(String containerId, String processId);

    // ---- monitor -------------------------------------------------------------------------------

    /// Waits for the next time that a container of this sandbox runs out of memory.
    OomEvent getOomEvent() throws InterruptedException;

    /// Measures the host processes of the sandbox's VM now. Does not ask the guest, so that it
    /// answers also when that hangs; there are no containers in the result.
    SandboxStats updateRuntimeMetrics() throws InterruptedException;

    /// Returns the metrics of the agent and the guest in Prometheus text format.
    String getAgentMetrics() throws InterruptedException;
}

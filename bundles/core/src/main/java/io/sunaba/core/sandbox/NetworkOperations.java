package io.sunaba.core.sandbox;

import io.sunaba.core.state.Operation;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import io.sunaba.sandbox.Sandbox;
import java.util.List;

/// The operations on a sandbox's network.
interface NetworkOperations extends Sandbox {
    <T> T changing(Operation operation, SandboxLock.Body<T> body) throws InterruptedException;

    <T> T reading(Operation operation, SandboxLock.Body<T> body) throws InterruptedException;

    NetworkWork network();

    @Override
    default Interface addInterface(Interface asked) throws InterruptedException {
        return changing(Operation.ADD_INTERFACE, () -> network().add(asked));
    }

    @Override
    default Interface removeInterface(String name) throws InterruptedException {
        return changing(Operation.REMOVE_INTERFACE, () -> network().remove(name));
    }

    @Override
    default List<Interface> listInterfaces() throws InterruptedException {
        return reading(Operation.LIST_INTERFACES, () -> network().list());
    }

    @Override
    default List<Route> updateRoutes(List<Route> routes) throws InterruptedException {
        return changing(Operation.UPDATE_ROUTES, () -> network().updateRoutes(routes));
    }

    @Override
    default List<Route> listRoutes() throws InterruptedException {
        return reading(Operation.LIST_ROUTES, () -> network().routes());
    }
}

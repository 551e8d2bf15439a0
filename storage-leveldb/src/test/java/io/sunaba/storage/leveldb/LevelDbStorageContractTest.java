package io.sunaba.storage.leveldb;

import io.sunaba.tck.junit.ContractTests;
import io.sunaba.tck.storage.StorageContract;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class LevelDbStorageContractTest {
    @TestFactory
    Stream<DynamicTest> nativeEngine() {
        return ContractTests.of(StorageContract.suite(), () -> new LevelDbFixture(Engine.NATIVE));
    }

    @TestFactory
    Stream<DynamicTest> javaEngine() {
        return ContractTests.of(StorageContract.suite(), () -> new LevelDbFixture(Engine.JAVA));
    }
}

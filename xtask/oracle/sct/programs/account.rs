// Three threads share a balance under one lock; the check has the sign of a deposit wrong.
use std::sync::{Arc, Mutex};
use std::thread;

const START: i32 = 1;
const DEPOSIT: i32 = 2;
const WITHDRAWAL: i32 = 4;

struct Account {
    balance: i32,
    deposited: bool,
    withdrawn: bool,
}

pub fn main() {
    let account = Arc::new(Mutex::new(Account { balance: START, deposited: false, withdrawn: false }));
    let checker = {
        let account = Arc::clone(&account);
        thread::spawn(move || {
            let account = account.lock().unwrap();
            if account.deposited && account.withdrawn {
                assert_eq!(account.balance, START - DEPOSIT - WITHDRAWAL, "wrong balance");
            }
        })
    };
    let depositor = {
        let account = Arc::clone(&account);
        thread::spawn(move || {
            let mut account = account.lock().unwrap();
            account.balance += DEPOSIT;
            account.deposited = true;
        })
    };
    let withdrawer = {
        let account = Arc::clone(&account);
        thread::spawn(move || {
            let mut account = account.lock().unwrap();
            account.balance -= WITHDRAWAL;
            account.withdrawn = true;
        })
    };
    checker.join().unwrap();
    depositor.join().unwrap();
    withdrawer.join().unwrap();
}
